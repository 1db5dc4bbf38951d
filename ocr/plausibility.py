"""Is a text layer language or rubbish? Decided without a dictionary.

Broken fonts yield private-use characters or a shifted alphabet; both keep the look of words but not the frequency
of letter pairs. In German, English and their neighbours the pairs below make up more than two thirds of running text,
in a permuted alphabet about a fifth.
"""

import re
from operator import add

_PAIRS = frozenset(
    re.findall(
        r"\S+",
        "en er ch de ei ie in te un nd ge st ic he an be se re ng sc it es di is au ht nt li le al hr "
        "ne da ra el ss ve me rd or at on ar ri tr la ig ro us as um ta ma rt we ha eh ru tu fa nn ll "
        "ti th to ed ou ea hi of io co ho om ur ns so no lo ol ce ec pe po pr ac ag am ab ad af ak em "
        "et eu ev eb ef eg ek ez fe fr fü ga gr gu gs hm ib id ih ik il im ir iv ka ke kl ko kr ku lt "
        "lu ld lb mi mm mo mu mt na ni nu nk nz ob od og op os ot ow pf rb rg rk rm rn rs rz sa si sp "
        "su ße tz ts tt ub uc uf ug ul up ut vo vi wa wi wo wu zu ze zi ür är än üb öf äh äs ön üh ör "
        "ck bi bl br bu ba bs ks lk ls rf do du dr eo ay ly ey sk za rl ft rh ct cu qu ex ue ae oe",
    )
)
_WORD = re.compile(r"[^\W\d_]+")
_BAD = re.compile("[\ufffd\ue000-\uf8ff\ud800-\udfff\U000f0000-\U0010ffff]")
_SAMPLE = 1_500
_ENOUGH_PAIRS = 40
_FIRST_OTHER_SCRIPT = "\u0250"


def _sample(text: str) -> str:
    """From the middle: letterheads and tables of figures stand at the ends."""
    start = max(0, (len(text) - _SAMPLE) // 2)
    return text[start : start + _SAMPLE]


def plausibility(text: str) -> float:
    """How much ``text`` looks like language, 0 to 1. Figures and scripts other than Latin count as plausible."""
    sample = _sample(text)
    visible = len("".join(sample.split()))
    if not visible:
        return 0.0
    readable = 1.0 if sample.isascii() else 1.0 - len(_BAD.findall(sample)) / visible
    # Of Greek, Cyrillic or Arabic words the pairs say nothing.
    words = [word for word in _WORD.findall(sample.lower()) if word[0] < _FIRST_OTHER_SCRIPT]
    letters = sum(map(len, words))
    pairs = letters - len(words)
    if pairs < _ENOUGH_PAIRS:
        alphanumeric = sum(map(str.isalnum, sample))
        return readable * min(1.0, 0.4 + alphanumeric / visible)
    run = " ".join(words)
    hits = sum(map(_PAIRS.__contains__, map(add, run, run[1:])))
    # A share of 0.3 is rubbish, 0.65 is language.
    language = min(1.0, max(0.0, (hits / pairs - 0.3) / 0.35))
    return readable * (language if letters > visible * 0.3 else max(language, 0.6))


def is_plausible(text: str) -> bool:
    return plausibility(text) >= 0.5
