"""The quick search for where a rule may begin passes over nothing that the rule itself would find."""

import re

import pytest

from ocr.analysis import contacts, identifiers, names
from ocr.analysis.sheet import found_at

PUBLIC = """Große Kreisstadt Xanten;Landeshauptstadt Ulm;Universitätsstadt Au;Hansestadt Zell;stadt Ulm;Stadtkasse Ulm;Gemeinde Au
Landratsamt Calw;Landkreis Calw;Kreisverwaltung Au;Kreisausschuss Au;Bürgermeisteramt Au;Amtsgericht Au;Landgericht Au
Oberlandesgericht Au;Verwaltungsgericht Au;Oberverwaltungsgericht Au;Sozialgericht Au;Landessozialgericht Au;Arbeitsgericht Au
Finanzgericht Au;Familiengericht Au;Nachlassgericht Au;Verwaltungsgerichtshof Au;Finanzamt Au;Hauptzollamt Au;Regierung von Au
Regierungspräsidium Au;Bezirksregierung Au;Polizeirevier Au;Jobcenter Au;Staatsanwaltschaft Au;Agentur für Arbeit Au
Handwerkskammer Au;Industrie- und Handelskammer Au;IHK Au;Notariat Au;Bundespolizei Au;Deutsche Rentenversicherung Bund
Veterinäramt Au;Gesundheitsamt Au;Kreissparkasse Au;Sparkasse Au;Volksbank Au;Bundesministerium der Justiz;Landesamt für Bau
Innenministerium des Landes;Kultusministerium des Landes;Umweltamt der Stadt;Verkehrsministerium der Au;Justizministerium der Au
Ministerium des Innern;amt für Bau"""
LEGAL = """GmbH;gGmbH;GMBH;mbH;AG;UG;UG (haftungsbeschränkt);GmbH & Co. KG;KGaA;KG;OHG;oHG;GbR;eG;eGbR;SE;PartG;PartG mbB;PartGmbB
VVaG;AöR;A.ö.R.;gAG;e.V.;e. V.;a.G.;a. G.;e.K.;e. K.;e.Kfm.;Ltd;Ltd.;Inc.;S.A.;B.V.;s.r.o.;Sp. z o.o."""
FILES = """Az.: 12/3;Az 12/3;Aktenzeichen: 1/2;Aktenz. 123;Akten-Nr. 123;Akten Nummer 123;AktenNr. 123;Unser Zeichen: 123
Unsere Geschäftszeichen 123;Ihr Zeichen 123;Mein Zeichen 123;Deine Zeichen 123;Geschäftszeichen 123;GZ: 123;Kassenzeichen 123
Buchungszeichen 123;Vorgangsnummer 123;Bescheid-Nr. 123;Bauvorhaben-Nr. 123;Antragsnummer 123"""
TAX = """Steuer-ID 12345678901;SteuerID: 12345678901;Steuer Identifikationsnummer 12345678901;Identifikationsnummer: 12345678901
IdNr. 12345678901;Ident-Nr 12345678901;Steuernummer 12/345/67890;St.-Nr. 12/345/67890;StNr 12/345/67890;St Nr 12/345/67890
ST.NR. 12/345/67890;idnr 12345678901"""
PLACES = "12345 Ort;D-12345 Ort;D 12345 Ort"
PHONES = "+49 7131 560;0049 7131 560;(07131) 56 00;07131/56-00;07131 - 5600"

RULES = [
    (names._PUBLIC_START, names._PUBLIC, PUBLIC),
    (names._LEGAL_START, names._LEGAL, LEGAL),
    (identifiers._FILE_START, identifiers._FILE_CUE, FILES),
    (identifiers._TAX_START, identifiers._TAX_CUE, TAX),
    (contacts._POSTCODE_START, contacts._POSTCODE, PLACES),
    (contacts._PHONE_START, contacts._PHONE_BARE, PHONES),
]


@pytest.mark.parametrize(("starts", "pattern", "samples"), RULES)
@pytest.mark.parametrize("before", ["", "Die ", "x", "-", "/", "(", "\n", "1."])
def test_nothing_is_passed_over(
    starts: re.Pattern[str], pattern: re.Pattern[str], samples: str, before: str
) -> None:
    for sample in re.split(r"[;\n]", samples):
        text = f"{before}{sample} {sample}, {before}{sample}\n"
        there = [found.span() for found in pattern.finditer(text)]
        assert [found.span() for found in found_at(starts, pattern, text)] == there
        assert there, sample
