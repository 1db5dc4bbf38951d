// Tauscht den Schlüssel aus dem Link (hinter dem #, das kein Server sieht) gegen ein Cookie und zeigt die Tafel.
(async () => {
  const schluessel = location.hash.slice(1);
  history.replaceState(null, "", location.pathname); // nicht in der Adresse, nicht im Verlauf
  const sage = (titel, text) => {
    const meldung = document.getElementById("meldung");
    const kopf = document.createElement("h1");
    const absatz = document.createElement("p");
    kopf.textContent = titel;
    absatz.textContent = text;
    meldung.replaceChildren(kopf, absatz);
  };
  if (!schluessel) {
    sage("Der Link ist unvollständig.", "Bitte öffnen Sie ihn so, wie er unter „Monitore“ angezeigt wurde, mit allem hinter dem #.");
    return;
  }
  for (let pause = 1; ; pause = Math.min(pause * 2, 30)) {
    try {
      const antwort = await fetch("/monitor/einrichten", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ token: schluessel }),
      });
      if (antwort.ok) {
        location.replace("/monitor");
        return;
      }
      if (antwort.status < 500 && antwort.status !== 429) {
        sage("Das hat nicht geklappt.", await antwort.text());
        return;
      }
    } catch {
      // Das Netz ist noch nicht da: Nach dem Einschalten dauert es einen Augenblick.
    }
    sage("Der Monitor wird eingerichtet …", "Das Rathaus ist gerade nicht zu erreichen. Es wird weiter versucht.");
    await new Promise((weiter) => setTimeout(weiter, pause * 1000));
  }
})();
