// Endet die Sitzung auf dem Server (abgemeldet, gesperrt, zu lange untätig), führt auch die offene Seite zur Anmeldung.
// Muss vor Streamlits Skripten laufen: Es hängt sich an deren WebSocket.
(() => {
  const BEENDET = 4401; // intranet/guard.py
  const Echt = window.WebSocket;

  function zurAnmeldung() {
    if (document.documentElement.dataset.geht) return; // abgemeldet: die Seite ist schon auf dem Weg
    const weiter = encodeURIComponent(location.pathname + location.search);
    location.replace(`/anmelden?beendet&weiter=${weiter}`);
  }

  // Eine abgerissene Verbindung kann vieles heißen; nur ein 401 heißt, dass die Sitzung zu Ende ist.
  async function frageNach() {
    const antwort = await fetch("/_stcore/host-config", { cache: "no-store" }).catch(() => null);
    if (antwort?.status === 401) zurAnmeldung();
  }

  window.WebSocket = class extends Echt {
    constructor(...angaben) {
      super(...angaben);
      this.addEventListener("close", (ereignis) => {
        if (ereignis.code === BEENDET) zurAnmeldung();
        else frageNach();
      });
    }
  };
})();
