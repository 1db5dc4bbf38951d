// Die Tafel an der Wand. Jede Nachricht des Servers enthält den ganzen Stand; zwischen zwei Ständen kommt alle fünf
// Sekunden ein Lebenszeichen. Bleibt es aus, gilt nichts mehr, was zu sehen ist, und das steht auch da.
(() => {
  const STUMM = 12_000; // so lange darf der Server schweigen (Lebenszeichen alle 5 s)
  const BLAETTERN = 10_000;
  const WANDERN = 60_000;
  const GROESSEN = [1.4, 1.2, 1]; // wenige Karten werden größer, solange alle auf eine Seite passen
  const ORT = { timeZone: "Europe/Berlin" };
  const wurzel = document.documentElement;
  const teil = (name) => document.getElementById(name);
  const tafel = teil("tafel");

  let versatz = 0; // Uhr des Servers minus Uhr des Geräts
  let gehoert = Date.now();
  let begonnen = gehoert; // seit wann der jetzige Versuch läuft
  let stand = null;
  let seit = null; // seit wann die Verbindung unterbrochen ist
  let ende = null; // warum dieser Bildschirm nichts mehr bekommt
  let strom = null;
  let versuche = 0;
  let wartet = null;
  let seiten = [[]];
  let seite = 0;

  const jetzt = () => new Date(Date.now() + versatz);
  const uhrzeit = (wann) => wann.toLocaleTimeString("de-DE", { ...ORT, hour: "numeric", minute: "2-digit" });

  // ---- zeichnen ----

  // Fünf Zeichen, die sich in der Form unterscheiden, nicht nur in der Farbe (24 x 24).
  const ZEICHEN = [
    "M12 2a10 10 0 1 0 0 20a10 10 0 1 0 0-20zm0 3.2a6.8 6.8 0 1 1 0 13.6a6.8 6.8 0 1 1 0-13.6zM7.5 10.4h9v3.2h-9z",
    "M7 3L1.5 8.5L7 14v-3.7h9V6.7H7zM17 10v3.7H8v3.6h9V21l5.5-5.5z",
    "M12 1.5L23 21.5H1zM10.6 8.5v6.5h2.8V8.5zm0 8v2.7h2.8v-2.7z",
    "M12 2a10 10 0 1 0 0 20a10 10 0 1 0 0-20zm0 2.8v14.4a7.2 7.2 0 1 1 0-14.4z",
    "M12 2a10 10 0 1 0 0 20a10 10 0 1 0 0-20zM10.4 17.2L5.4 12.2l2.2-2.2l2.8 2.8l6-6l2.2 2.2z",
  ];

  function element(name, klasse, text) {
    const neu = document.createElement(name);
    if (klasse) neu.className = klasse;
    if (text !== undefined) neu.textContent = text;
    return neu;
  }

  function bild(stufe) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const pfad = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    pfad.setAttribute("d", ZEICHEN[stufe]);
    pfad.setAttribute("fill", "currentColor");
    pfad.setAttribute("fill-rule", "evenodd");
    svg.append(pfad);
    return svg;
  }

  function karte(zeile) {
    const neu = element("article", `karte stufe-${zeile.stufe}`);
    neu.append(bild(zeile.stufe), element("h2", "", zeile.name), element("p", "wort", zeile.wort));
    if (zeile.bis || zeile.dazu) {
      const dazu = element("p", "dazu");
      if (zeile.bis) dazu.append(element("b", "", zeile.bis));
      if (zeile.bis && zeile.dazu) dazu.append(" · ");
      dazu.append(zeile.dazu);
      neu.append(dazu);
    }
    return neu;
  }

  function sage(titel, text) {
    tafel.className = "meldung";
    tafel.replaceChildren(element("h2", "", titel), element("p", "", text));
    seiten = [[]];
    teil("seite").textContent = "";
  }

  // Verteilt die Karten so auf Seiten, dass keine abgeschnitten wird.
  function verteile() {
    if (ende !== null || stand === null) return;
    wurzel.style.setProperty("--spalten", innerWidth > innerHeight * 1.2 ? 2 : 1);
    wurzel.classList.toggle("dunkel", stand.dunkel === true);
    wurzel.classList.toggle("ruhe", stand.ruhe === true);
    if (stand.zustand !== "da") {
      teil("titel").textContent = "Anwesenheit";
      sage(stand.titel, stand.text);
      return;
    }
    teil("titel").textContent = stand.titel;
    if (stand.zeilen.length === 0) {
      sage("Zurzeit gibt es hier niemanden anzuzeigen.", stand.leer);
      return;
    }
    tafel.className = "";
    for (const groesse of GROESSEN) {
      wurzel.style.setProperty("--groesse", groesse);
      lege(stand.zeilen.map(karte));
      if (seiten.length === 1) break;
    }
    zeige();
  }

  function lege(karten) {
    tafel.replaceChildren();
    seiten = [[]];
    for (const neu of karten) {
      tafel.append(neu);
      if (tafel.scrollHeight > tafel.clientHeight + 1 && seiten.at(-1).length > 0) {
        tafel.replaceChildren(neu);
        seiten.push([]);
      }
      seiten.at(-1).push(neu);
    }
  }

  function zeige() {
    if (seiten[0].length === 0) return;
    seite %= seiten.length;
    tafel.replaceChildren(...seiten[seite]);
    teil("seite").textContent = seiten.length > 1 ? `Seite ${seite + 1} von ${seiten.length}` : "";
  }

  // ---- Verbindung ----

  function lebt(nachricht) {
    gehoert = Date.now();
    if (nachricht.jetzt) versatz = nachricht.jetzt - gehoert;
    versuche = 0;
    if (seit !== null) {
      seit = null;
      teil("stoerung").hidden = true;
      wurzel.classList.remove("unterbrochen");
      verteile(); // die Warnung hatte Platz gebraucht
    }
    teil("stand").textContent = `aktuell, ${uhrzeit(jetzt())} Uhr`;
  }

  function unterbrochen() {
    if (ende !== null) return;
    if (seit === null) {
      seit = new Date(gehoert + versatz);
      wurzel.classList.add("unterbrochen");
      teil("stoerung").textContent = `Verbindung unterbrochen seit ${uhrzeit(seit)} Uhr`;
      teil("stoerung").hidden = false;
      teil("stand").textContent = "nicht aktuell";
      verteile();
    }
  }

  function verbinde() {
    clearTimeout(wartet);
    wartet = null;
    strom?.close();
    const neu = new EventSource("/monitor/strom");
    strom = neu;
    begonnen = Date.now();
    neu.addEventListener("tafel", (ereignis) => {
      const nachricht = JSON.parse(ereignis.data);
      if (nachricht.fassung !== document.body.dataset.fassung) {
        location.reload();
        return;
      }
      stand = nachricht.tafel;
      lebt(nachricht);
      verteile();
    });
    neu.addEventListener("puls", (ereignis) => lebt(JSON.parse(ereignis.data)));
    neu.addEventListener("ende", (ereignis) => schluss(JSON.parse(ereignis.data).grund));
    neu.addEventListener("neustart", () => nochmal(neu));
    neu.onerror = () => {
      unterbrochen();
      if (Date.now() - begonnen < 60_000) fragNach();
      nochmal(neu);
    };
  }

  function nochmal(alter) {
    if (alter !== strom || ende !== null || wartet !== null) return;
    strom.close();
    versuche += 1;
    const pause = Math.min(500 * 2 ** Math.min(versuche, 5), 15_000);
    wartet = setTimeout(verbinde, pause * (0.5 + Math.random()));
  }

  // Der Strom verrät nicht, warum er abgewiesen wird. Bei 401 sagt die Seite selbst, was los ist.
  async function fragNach() {
    const antwort = await fetch("/monitor", { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (antwort?.status === 401) location.reload();
  }

  function schluss(grund) {
    ende = grund;
    strom.close();
    stand = null;
    seit = null;
    teil("stoerung").hidden = true;
    wurzel.classList.remove("unterbrochen");
    teil("titel").textContent = "Anwesenheit";
    teil("stand").textContent = "";
    sage(grund, "Diese Tafel zeigt nichts mehr an.");
  }

  // ---- Takt ----

  function uhr() {
    const wann = jetzt();
    teil("zeit").textContent = uhrzeit(wann);
    teil("tag").textContent = wann.toLocaleDateString("de-DE", { ...ORT, weekday: "long", day: "numeric", month: "long" });
    if (ende !== null || wann - versatz - gehoert <= STUMM) return;
    unterbrochen();
    if (Date.now() - begonnen > STUMM) nochmal(strom);
  }

  // Eine langsame Figur um die Mitte: kein Bildpunkt zeigt lange dasselbe.
  function wandere() {
    const runde = Date.now() / WANDERN;
    wurzel.style.setProperty("--dx", `${(1.5 * Math.sin(runde * 0.7)).toFixed(2)}vmin`);
    wurzel.style.setProperty("--dy", `${(1.1 * Math.cos(runde * 0.45)).toFixed(2)}vmin`);
  }

  setInterval(uhr, 1000);
  setInterval(wandere, WANDERN);
  setInterval(() => { seite += 1; zeige(); }, BLAETTERN);
  addEventListener("resize", verteile);
  uhr();
  wandere();
  verbinde();
})();
