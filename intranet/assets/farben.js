// Wo die Seiten zu Hause sind: spart dem Browser das Suchen auf Unterseiten.
window.__streamlit = { MAIN_PAGE_BASE_URL: `${location.origin}/`, BACKEND_BASE_URL: `${location.origin}/` };

// Die gewählte Farbdarstellung gilt für diesen Browser; ohne Wahl entscheidet das Gerät.
(() => {
  const wahl = localStorage.getItem("rathaus-farben");
  // Die Seite „Meine Einstellungen“ zeigt die Wahl an; sie wird auf dem Server gezeichnet.
  document.cookie = `rathaus-farben=${wahl ?? ""}; path=/; samesite=lax; max-age=${wahl ? 34560000 : 0}`;
  if (wahl !== "hell" && wahl !== "dunkel") return;
  const echt = window.matchMedia.bind(window);
  window.matchMedia = (frage) => {
    const ergebnis = echt(frage);
    const art = /prefers-color-scheme:\s*(dark|light)/.exec(frage);
    if (!art) return ergebnis;
    const passt = (art[1] === "dark") === (wahl === "dunkel");
    return new Proxy(ergebnis, {
      get(ziel, name) {
        if (name === "matches") return passt;
        const wert = ziel[name];
        return typeof wert === "function" ? wert.bind(ziel) : wert;
      },
    });
  };
  document.documentElement.style.colorScheme = wahl === "dunkel" ? "dark" : "light";
})();
