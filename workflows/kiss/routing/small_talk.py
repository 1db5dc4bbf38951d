"""What people write without saying what it is about. The text model learns it as „nothing of all this“, so that a greeting
does not send a message to whoever is greeted most politely. Praise, complaints and questions about opening hours may be
topics of a house, so they are none of it.
"""

SMALL_TALK = (
    "Guten Tag",
    "Guten Tag, ich hätte eine Frage.",
    "Hallo, können Sie mir bitte weiterhelfen?",
    "Sehr geehrte Damen und Herren, ich habe ein Anliegen und bitte um Rückruf.",
    "An wen muss ich mich wenden? Vielen Dank im Voraus.",
    "Mit freundlichen Grüßen",
    "Siehe Anhang.",
    "Anbei wie besprochen die Unterlagen, bitte bestätigen Sie den Eingang.",
    "Ich warte seit Wochen auf eine Antwort und niemand meldet sich bei mir.",
    "Telefonisch ist bei Ihnen niemand zu erreichen, bitte rufen Sie mich zurück.",
    "Das kann doch nicht wahr sein, es ist jedes Mal dasselbe!",
    "Wer ist dafür zuständig? Ich bin von einer Stelle zur anderen geschickt worden.",
    "Bitte kümmern Sie sich darum, es eilt.",
    "Ich habe das schon einmal gemeldet, geschehen ist nichts.",
    "Wie ist der Stand der Dinge? Ich bitte um kurze Mitteilung.",
    "Liebe Stadt, so geht es nicht weiter, bitte unternehmen Sie endlich etwas.",
    "Ich schreibe Ihnen im Namen meiner Mutter, die das selbst nicht mehr kann.",
    "Meine Nachbarn sehen das auch so, wir wohnen seit vielen Jahren hier.",
    "Test",
    "Moin, Grüß Gott, schönen Abend noch und viele Grüße",
    "Fotos kann ich Ihnen auf Wunsch schicken.",
)
