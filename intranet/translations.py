"""Streamlit's own words in German: whole literals of its bundles, by the bundle's name without its hash."""

FILE_UPLOADER = {
    "`Drag and drop directories here`": "`Ordner hierher ziehen`",
    "`Drag and drop files here`": "`Dateien hierher ziehen`",
    "`Drag and drop a file here`": "`Datei hierher ziehen`",
    "`${T(t,D.Byte,0)} per file`": "`je Datei höchstens ${T(t,D.Byte,0)}`",
    "`Add files`": "`Dateien hinzufügen`",
    "`Upload`": "`Auswählen`",
    "errorMessage:P(e)": (
        "errorMessage:/\\b507\\b/.test(P(e))?`Gerade wird zu viel auf einmal hochgeladen. Bitte in kleineren Teilen.`"
        ":/\\b413\\b/.test(P(e))?`Die Datei ist zu groß.`:`Die Datei kam nicht an. Bitte noch einmal hochladen.`"
    ),
    "`Upload directories`": "`Ordner auswählen`",
}
UPLOAD_TEXTS = {
    '"aria-label":`file upload`': '"aria-label":`Dateien auswählen`',
    "`${e.toFixed(n)}${t.toUpperCase()}`": "`${e.toFixed(n).replace(/\\.0+$/,``).replace(`.`,`,`)} ${t.toUpperCase()}`",
    "`File must be ${$(n,`b`)} or smaller.`": "`Die Datei ist größer als ${$(n,`b`)}.`",
    "`${t.type} files are not allowed.`": "`Diese Art von Datei wird nicht angenommen.`",
    "children:[`Error: `,h]": "children:[`Fehler: `,h]",
    "`Click to retry upload`": "`Noch einmal hochladen`",
    "`File size is too small.`": "`Die Datei ist zu klein.`",
    "`Only one file is allowed.`": "`Bitte nur eine Datei.`",
    "`Too many files`": "`Zu viele Dateien`",
    "`Remove ${e.name}`": "`${e.name} entfernen`",
    "`Cancel upload of ${e.name}`": "`Hochladen von ${e.name} abbrechen`",
    "`Unexpected error. Please try again.`": "`Unerwarteter Fehler. Bitte noch einmal versuchen.`",
    "`Upload failed`": "`Hochladen fehlgeschlagen`",
}
INPUT_INSTRUCTIONS = {
    "`submit form`": "`um abzuschicken`",
    "`apply`": "`um zu übernehmen`",
    "`Press ${r()?`⌘`:`Ctrl`}+Enter to ${e}`": "`${r()?`⌘`:`Strg`}+Eingabetaste drücken, ${e}`",
    "`Press Enter to ${e}`": "`Eingabetaste drücken, ${e}`",
}
CHOICES = {
    "`Add an option`": "`Eintrag hinzufügen`",
    "`Add options`": "`Einträge hinzufügen`",
    "`Choose an option`": "`Bitte wählen`",
    "`Choose options`": "`Bitte wählen`",
    "`Choose or add an option`": "`Wählen oder hinzufügen`",
    "`Choose or add options`": "`Wählen oder hinzufügen`",
    "`No options to select`": "`Nichts zur Auswahl`",
}
SELECT_BOX = {
    "`Add: ${M}`": "`Hinzufügen: ${M}`",
    "`Clear value`": "`Auswahl löschen`",
    '"aria-label":`Open`': '"aria-label":`Aufklappen`',
    "`No results`": "`Nichts gefunden`",
    "`Selectbox options`": "`Auswahl`",
}
MULTI_SELECT = {
    "`Add: ${n}`": "`Hinzufügen: ${n}`",
    '"aria-label":`Open`': '"aria-label":`Aufklappen`',
    "`Clear all`": "`Alle entfernen`",
    "`Multiselect options`": "`Auswahl`",
    "`No results`": "`Nichts gefunden`",
    "`Remove ${e}`": "`${e} entfernen`",
    "`Select all`": "`Alle auswählen`",
    "`Selected values`": "`Ausgewählt`",
    "`You can only select up to ${t.maxSelections} ${e}. Remove an option first.`": (
        "`Mehr als ${t.maxSelections} geht nicht. Bitte zuerst etwas entfernen.`"
    ),
    "`Select ${p.length} matches`": "`${p.length} Treffer auswählen`",
}
DATE_INPUT = {
    "locale:`en-US`": "locale:`de-DE`",
    "`Use arrow keys to navigate dates. Enter to select. Escape to close.`": (
        "`Mit den Pfeiltasten wählen, mit der Eingabetaste übernehmen, mit Escape schließen.`"
    ),
    "`Choose date`": "`Datum wählen`",
    "`Choose date range`": "`Zeitraum wählen`",
    "`Clear date`": "`Datum löschen`",
    "`Clear dates`": "`Zeitraum löschen`",
    "`Date range`": "`Zeitraum`",
    "`Quick select a date range`": "`Zeitraum schnell wählen`",
}
CALENDAR = {
    "`Previous month`": "`Voriger Monat`",
    "`Next month`": "`Nächster Monat`",
}
TEXT_INPUT = {
    "`Clear entry`": "`Eingabe löschen`",
    "`Hide password`": "`Passwort verbergen`",
    "`Show password`": "`Passwort zeigen`",
    "`Invalid input.`": "`Ungültige Eingabe.`",
}
FRAME = {
    "`Skip to main content`": "`Zum Inhalt springen`",
    "`App pages`": "`Seiten`",
    "`Collapse sidebar`": "`Menü einklappen`",
    "`Expand sidebar`": "`Menü ausklappen`",
    "`Main menu`": "`Hauptmenü`",
    "`Navigate to home page`": "`Zur Startseite`",
    "`Notifications`": "`Meldungen`",
    "`Running...`": "`Wird geladen …`",
    "children:`Close`": "children:`Schließen`",
    '"aria-label":`Close`': '"aria-label":`Schließen`',
    "`Sidebar`": "`Menü`",
    "`Shortcut ${l}`": "`Tastenkürzel ${l}`",
    "ctrl:`Ctrl`": "ctrl:`Strg`",
    "enter:`Enter`": "enter:`Eingabe`",
    "`Scroll tabs left`": "`Reiter nach links`",
    "`Scroll tabs right`": "`Reiter nach rechts`",
    "`View less`": "`Weniger zeigen`",
    "`View ${x-m} more`": "`${x-m} weitere zeigen`",
    "`Connecting`": "`Verbinde`",
    "`Connecting to Streamlit server`": "`Verbinde mit Rathauswerk`",
    "`Unable to connect to Streamlit server`": "`Keine Verbindung zu Rathauswerk`",
    "`Connection error`": "`Keine Verbindung`",
    "`Connection lost. Please wait for the app to reconnect, then try again.`": (
        "`Die Verbindung ist unterbrochen. Bitte warten Sie, bis sie wieder steht, und versuchen Sie es dann noch einmal.`"
    ),
    "`Connection timed out.`": "`Rathauswerk antwortet nicht. Es wird weiter versucht.`",
    "`Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:`,codeBlock:`streamlit run yourscript.py`": (
        "`Rathauswerk antwortet nicht. Es wird weiter versucht. Ihre gespeicherten Daten sind sicher.`"
    ),
    "`Streamlit server is not responding. Are you connected to the internet?`": (
        "`Rathauswerk antwortet nicht. Es wird weiter versucht. Ihre gespeicherten Daten sind sicher.`"
    ),
    "`Cannot connect to Streamlit (HTTP status: 403).\n\nIf you are trying to access a Streamlit app running on another server, this could be due to the app's [CORS](${rD}) settings.`": (
        "`Rathauswerk nimmt die Verbindung nicht an (403). Bitte laden Sie die Seite neu.`"
    ),
    "message:`Connection failed with status ${r}${s?`, and response:`:`.`}`,...s&&{codeBlock:s}": (
        "message:`Rathauswerk antwortet nicht (${r}). Es wird weiter versucht.`"
    ),
    "`Request failed with status ${t.status}`": "`Die Anfrage ist fehlgeschlagen (${t.status}).`",
    "t.message||`Network error`": "t.message||`Keine Verbindung.`",
    "`Page not found`": "`Seite nicht gefunden`",
    "`The page that you have requested does not seem to exist`": "`Diese Seite gibt es nicht (mehr)`",
    "`${t}. Running the app's main page.`": "`${t}. Sie sind auf der Startseite.`",
    "`Bad message format`": "`Unverständliche Antwort`",
    "`Please wait...`": "`Bitte warten …`",
    "`No message`": "`Ohne Meldung`",
    "`Script execution error`": "`Fehler auf dieser Seite`",
    "`Rerun`": "`Neu laden`",
    "`Try again`": "`Noch einmal`",
}
COPY = {"`Copy to clipboard`": "`In die Zwischenablage kopieren`"}
MARKDOWN = {
    "`Link to heading`": "`Verweis auf diese Überschrift`",
    "name:`Network issue`": "name:`Die Seite ist nicht mehr aktuell`",
    "`Cannot load Streamlit frontend code. This can happen when you update Streamlit while a Streamlit app is running.`": (
        "`Rathauswerk wurde erneuert, während diese Seite offen war.`"
    ),
    "`To fix this, simply reload this app by pressing`": "`Bitte laden Sie die Seite neu:`",
    "`,`,` `,s(ye,{children:`Ctrl+R`}),`, or`,` `,s(ye,{children:`Cmd+R`}),`.`": "` oder `,s(ye,{children:`Strg+R`}),`.`",
    "`If the error persists, try force-clearing your browser's cache as described`,` `,s(`a`,{href:`https://en.wikipedia.org/wiki/Wikipedia:Bypass_your_cache#Cache_clearing_and_disabling`,rel:`noopener noreferrer`,target:`_blank`,children:`here`})": (
        "`Hilft das nicht, leeren Sie den Zwischenspeicher des Browsers.`"
    ),
    "`Help`": "`Hilfe`",
    "`Help for ${": "`Hilfe zu ${",
}
REQUIRED = {"`This field is required.`": "`Bitte füllen Sie dieses Feld aus.`"}
FULL_SCREEN = {
    "`Fullscreen`": "`Vollbild`",
    "`Close fullscreen`": "`Vollbild schließen`",
}

IN_BUNDLE: dict[str, tuple[dict[str, str], ...]] = {
    "FileUploader": (FILE_UPLOADER,),
    "utils": (UPLOAD_TEXTS, CHOICES),
    "InputInstructions": (INPUT_INSTRUCTIONS,),
    "Selectbox": (SELECT_BOX,),
    "Multiselect": (MULTI_SELECT,),
    "DateInput": (DATE_INPUT,),
    "TextInput": (TEXT_INPUT,),
    "index": (FRAME,),
    "useCopyToClipboard": (COPY,),
    "StreamlitMarkdown": (MARKDOWN,),
    "requiredField": (REQUIRED,),
    "Toolbar": (FULL_SCREEN,),
    "ReorderedSegments": (CALENDAR,),
}


def translate(kind: str, script: str) -> str:
    """The bundle with the literals of its kind replaced; others stay as they are."""
    for words in IN_BUNDLE[kind]:
        for english, german in words.items():
            script = script.replace(english, german)
    return script
