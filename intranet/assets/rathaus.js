// Was Seiten über Datenattribute bestellen: weiterleiten, Belege markieren, Farben wählen.
const AUFGABEN = {
  weiter(element) {
    const wurzel = document.documentElement;
    if (wurzel.dataset.geht) return; // schon auf dem Weg (sitzung.js)
    wurzel.dataset.geht = "1";
    const ziel = new URL(element.dataset.weiter, location.href);
    if (wurzel.dataset.meldetAb) ziel.search = "?abgemeldet";
    else if (ziel.searchParams.has("beendet")) ziel.searchParams.set("weiter", location.pathname + location.search);
    location.replace(ziel.href);
  },
  farben(element) {
    const wahl = element.dataset.farben;
    const bisher = localStorage.getItem("rathaus-farben") ?? "system";
    if (wahl === bisher) return;
    if (wahl === "system") localStorage.removeItem("rathaus-farben");
    else localStorage.setItem("rathaus-farben", wahl);
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith("stActiveTheme")) localStorage.removeItem(name);
    }
    location.reload();
  },
};

function erledige(wurzel) {
  for (const [name, aufgabe] of Object.entries(AUFGABEN)) {
    const merkmal = `[data-${name}]`;
    const gefunden = wurzel.matches?.(merkmal) ? [wurzel] : [];
    for (const element of [...gefunden, ...wurzel.querySelectorAll(merkmal)]) {
      if (element.dataset.erledigt) continue;
      element.dataset.erledigt = "1";
      aufgabe(element);
    }
  }
}

new MutationObserver((aenderungen) => {
  for (const aenderung of aenderungen) {
    for (const knoten of aenderung.addedNodes) {
      if (knoten.nodeType === Node.ELEMENT_NODE) erledige(knoten);
    }
  }
}).observe(document.documentElement, { childList: true, subtree: true });

// Belege: ein Container mit dem Schlüssel "beleg-NAME" markiert beim Betreten oder Fokussieren
// die Kästen mit data-beleg="NAME" auf den Seitenbildern.
function belegVon(ziel) {
  const behaelter = ziel.closest?.('[class*="st-key-beleg-"]');
  if (!behaelter) return null;
  const klasse = [...behaelter.classList].find((name) => name.startsWith("st-key-beleg-"));
  return klasse.slice("st-key-beleg-".length);
}

function markiere(name, mitRollen) {
  let erster = null;
  for (const kasten of document.querySelectorAll("[data-beleg]")) {
    const an = kasten.dataset.beleg.split(" ").includes(name);
    kasten.classList.toggle("an", an);
    if (an && !erster) erster = kasten;
  }
  if (erster && mitRollen) {
    const ruhig = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const rahmen = erster.closest(".seitenbilder");
    const oben = erster.getBoundingClientRect().top - rahmen.getBoundingClientRect().top;
    rahmen.scrollTo({
      top: rahmen.scrollTop + oben - rahmen.clientHeight / 3,
      behavior: ruhig ? "instant" : "smooth",
    });
  }
}

document.addEventListener("focusin", (ereignis) => {
  const name = belegVon(ereignis.target);
  if (name) markiere(name, true);
});
document.addEventListener("mouseover", (ereignis) => {
  const name = belegVon(ereignis.target);
  if (name) markiere(name, false);
});

// Solange Streamlit sein html-Element nicht anfasst, bleibt die Sprache; falls doch, gilt wieder Deutsch.
new MutationObserver(() => {
  if (document.documentElement.lang !== "de") document.documentElement.lang = "de";
}).observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });

// Verweise auf eigene Seiten folgen ohne Neuladen: Streamlit liest die Adresse aus dem Verlauf.
document.addEventListener("click", (ereignis) => {
  const verweis = ereignis.target.closest?.("a.hier");
  const besonders = ereignis.button || ereignis.ctrlKey || ereignis.metaKey || ereignis.shiftKey || ereignis.altKey;
  if (!verweis || besonders || verweis.origin !== location.origin) return;
  ereignis.preventDefault();
  history.pushState({}, "", verweis.href);
  dispatchEvent(new PopStateEvent("popstate"));
  window.scrollTo(0, 0);
});

// Streamlit schachtelt die Abschnitte seines Menüs so, dass Vorleseprogramme keine Listen erkennen.
function ordneMenue() {
  for (const punkt of document.querySelectorAll('[data-testid="stSidebarNavItems"] li')) {
    const eltern = punkt.parentElement;
    if (eltern.tagName !== "UL" && eltern.getAttribute("role") !== "list") eltern.setAttribute("role", "list");
    const liste = punkt.closest("ul");
    if (liste !== eltern && liste.getAttribute("role") !== "presentation") liste.setAttribute("role", "presentation");
  }
}
new MutationObserver(ordneMenue).observe(document.documentElement, { childList: true, subtree: true });

// Nicht hochgeladene Dateien: Streamlit nennt den Grund nur beim Darüberfahren, und mit den gelungenen verschwindet
// auch diese Meldung. Hier steht sie, bis jemand sie schließt.
function meldeNichtHochgeladen(datei, grund) {
  let kasten = document.querySelector(".nicht-hochgeladen");
  if (!kasten) {
    kasten = document.createElement("section");
    kasten.className = "nicht-hochgeladen";
    kasten.setAttribute("role", "status");
    kasten.setAttribute("aria-label", "Nicht hochgeladen");
    const titel = document.createElement("strong");
    titel.textContent = "Nicht hochgeladen";
    const schliessen = document.createElement("button");
    schliessen.type = "button";
    schliessen.textContent = "Schließen";
    schliessen.addEventListener("click", () => kasten.remove());
    kasten.append(titel, document.createElement("ul"), schliessen);
    document.body.append(kasten);
  }
  const zeile = document.createElement("li");
  zeile.textContent = `${datei}: ${grund}`;
  kasten.querySelector("ul").append(zeile);
}

function suchNichtHochgeladene(wurzel) {
  for (const chip of wurzel.querySelectorAll('[data-testid="stFileChip"][aria-invalid="true"]')) {
    const grund = chip.querySelector('[role="alert"]')?.textContent;
    if (!grund || chip.dataset.gemeldet) continue;
    chip.dataset.gemeldet = "1";
    const name = chip.querySelector('[data-testid="stFileChipName"]')?.title ?? "Datei";
    meldeNichtHochgeladen(name, grund.replace(/^Fehler:\s*/, ""));
  }
}
new MutationObserver((aenderungen) => {
  if (aenderungen.some((eine) => eine.target.closest?.('[data-testid="stFileUploader"]'))) suchNichtHochgeladene(document);
}).observe(document.documentElement, { childList: true, subtree: true });

// Streamlit gibt Beschriftungen mitsamt ihren Markdown-Zeichen an Vorleseprogramme: „rechnung\.pdf“ wird „rechnung.pdf“.
function glaetteBeschriftungen(wurzel) {
  for (const element of wurzel.querySelectorAll('[aria-label*="\\\\"]')) {
    const glatt = element.getAttribute("aria-label").replace(/\\([\\`*_{}[\]()#+\-.!|<>~:$&])/g, "$1").replaceAll("\u2060", "");
    if (glatt !== element.getAttribute("aria-label")) element.setAttribute("aria-label", glatt);
  }
}
new MutationObserver(() => glaetteBeschriftungen(document)).observe(document.documentElement, {
  childList: true,
  subtree: true,
  attributes: true,
  attributeFilter: ["aria-label"],
});
