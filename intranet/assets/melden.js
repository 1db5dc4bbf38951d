// Rechnet im Formular eine kleine Aufgabe (intranet/public/puzzles.py), während es ausgefüllt wird.
// Ohne Skript geht es auch: Dann zählt die Zeit.
(() => {
  const formular = document.querySelector("form[data-bits]");
  if (!formular) return;
  const nummer = formular.elements.siegel.value.split(".")[1];
  const bits = Number(formular.dataset.bits);
  const ergebnis = formular.elements.aufgabe;
  let wartet = false;

  // SHA-256 (FIPS 180-4) für Nachrichten, die in einen Block passen: nur das erste Wort wird gebraucht.
  // crypto.subtle gäbe es nur über https, und für so kleine Nachrichten wäre es langsamer.
  const rund = [];
  const anfang = [];
  for (let zahl = 2; rund.length < 64; zahl++) {
    let prim = true;
    for (let teiler = 2; teiler * teiler <= zahl; teiler++) if (zahl % teiler === 0) prim = false;
    if (!prim) continue;
    if (anfang.length < 8) anfang.push(((Math.sqrt(zahl) % 1) * 2 ** 32) | 0);
    rund.push(((Math.cbrt(zahl) % 1) * 2 ** 32) | 0);
  }
  const dreh = (wort, um) => (wort >>> um) | (wort << (32 - um));

  function erstesWort(text) {
    const w = new Int32Array(64);
    for (let i = 0; i < text.length; i++) w[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
    w[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
    w[15] = text.length * 8;
    for (let i = 16; i < 64; i++) {
      const s0 = dreh(w[i - 15], 7) ^ dreh(w[i - 15], 18) ^ (w[i - 15] >>> 3);
      const s1 = dreh(w[i - 2], 17) ^ dreh(w[i - 2], 19) ^ (w[i - 2] >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = anfang;
    for (let i = 0; i < 64; i++) {
      const s1 = dreh(e, 6) ^ dreh(e, 11) ^ dreh(e, 25);
      const eins = (h + s1 + ((e & f) ^ (~e & g)) + rund[i] + w[i]) | 0;
      const s0 = dreh(a, 2) ^ dreh(a, 13) ^ dreh(a, 22);
      const zwei = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + eins) | 0, c, b, a, (eins + zwei) | 0];
    }
    return (a + anfang[0]) >>> 0;
  }

  let versuch = 0;
  function rechne() {
    const bis = performance.now() + 20; // in Häppchen, damit das Tippen nicht stockt
    while (performance.now() < bis) {
      for (let i = 0; i < 50; i++, versuch++) {
        if (erstesWort(`${nummer}:${versuch}`) >>> (32 - bits) !== 0) continue;
        ergebnis.value = String(versuch);
        if (wartet) formular.requestSubmit();
        return;
      }
    }
    setTimeout(rechne, 0);
  }

  formular.addEventListener("submit", (ereignis) => {
    if (ergebnis.value) return;
    ereignis.preventDefault();
    wartet = true;
  });
  rechne();
})();
