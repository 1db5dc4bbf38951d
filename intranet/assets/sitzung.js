// Endet die Sitzung auf dem Server (abgemeldet, gesperrt, zu lange untätig), führt auch die offene Seite zur Anmeldung.
// Muss vor Streamlits Skripten laufen: Es hängt sich an deren WebSocket.
(() => {
  const BEENDET = 4401; // intranet/guard.py
  const Echt = window.WebSocket;

  const wurzel = document.documentElement;

  // Wer eben „Abmelden“ gedrückt hat, hat sich abgemeldet, auch wenn das Ende der Verbindung hier früher ankommt als
  // die Antwort der Seite (rathaus.js).
  addEventListener(
    "click",
    (ereignis) => {
      if (ereignis.target.closest?.(".st-key-abmelden button")) wurzel.dataset.meldetAb = "1";
      else delete wurzel.dataset.meldetAb;
    },
    true,
  );

  function zurAnmeldung() {
    if (wurzel.dataset.geht) return; // die Seite ist schon auf dem Weg
    wurzel.dataset.geht = "1";
    const weiter = encodeURIComponent(location.pathname + location.search);
    location.replace(wurzel.dataset.meldetAb ? "/anmelden?abgemeldet" : `/anmelden?beendet&weiter=${weiter}`);
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
