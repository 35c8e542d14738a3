"""What the mails of the corpus say: a request to confirm, in our own words, in six languages."""

from __future__ import annotations

LINK = "https://www.ovh.com/manager/#/useraccount/contacts/{task}?tab=REQUESTS&token={token}"
"""The shape that was seen in a real mail."""

PANEL_LINKS = {
    "under another host's path": "https://eu.manager.example/hub/#/useraccount/contacts/{task}?tab=REQUESTS"
    "&token={token}",
    "to the list of requests": "https://eu.manager.example/#/useraccount/contacts/requests?taskId={task}"
    "&token={token}",
    "to the list of requests, shorter": "https://x.example/a/b#/contacts/requests?taskId={task}&token={token}",
    "without its host": "#/useraccount/contacts/{task}?tab=REQUESTS&token={token}",
    "without a fragment": "https://x.example/useraccount/contacts/{task}?tab=REQUESTS&token={token}",
    "with its parameters in another order": "https://x.example/#/useraccount/contacts/{task}?token={token}"
    "&lang=fr&tab=REQUESTS",
    "to the list, its parameters turned round": "https://x.example/#/contacts/requests?token={token}"
    "&taskId={task}",
}

SUBJECTS = {
    "en": "Request no. {task}: a contact is to change",
    "fr": "Demande n° {task} : un contact va changer à votre gré",
    "de": "Änderung Nr. {task}: ein Kontakt soll wechseln",
    "pl": "Zgłoszenie nr {task}: zmiana kontaktu, prośba o zgodę",
    "es": "Petición n.º {task}: ¿cambio de contacto?",
    "it": "Richiesta n. {task}: il contatto può cambiare",
}

BODIES = {
    "en": """Good morning,

your account is proposed as the technical contact of case.example. Say yes or no here:
{link}

Where a program answers for you, this is what it needs:
{token}

Nothing changes until everybody concerned has agreed.
""",
    "fr": """Bonjour à vous,

votre compte est proposé comme contact technique de case.example. Répondez ici, s'il vous plaît :
{link}

Un programme aura besoin de ceci, et de rien d'autre :
{token}

Rien ne change tant que chacun n'a pas donné son accord à l'échange.
""",
    "de": """Guten Tag,

Ihr Konto ist als technischer Kontakt für case.example vorgesehen. Hier können Sie zustimmen oder ablehnen:
{link}

Für Programme genügt diese Zeichenfolge:
{token}

Solange nicht alle zugestimmt haben, ändert sich überhaupt nichts. Schöne Grüße
""",
    "pl": """Dzień dobry,

Państwa konto ma zostać kontaktem technicznym usługi case.example. Zgodę lub odmowę prosimy wyrazić tutaj:
{link}

Programowi wystarczy ten ciąg znaków:
{token}

Dopóki wszyscy się nie zgodzą, nic się nie zmieni. Życzymy miłego dnia
""",
    "es": """Buenos días:

Se propone su cuenta como contacto técnico de case.example. Aquí puede decir que sí o que no:
{link}

A un programa le basta con esto:
{token}

Mientras no estén todos de acuerdo, nada cambiará. ¡Hasta mañana!
""",
    "it": """Buongiorno,

il Suo conto è proposto come contatto tecnico di case.example. Qui può accettare o rifiutare:
{link}

A un programma basta questo:
{token}

Finché non sono tutti d'accordo, nulla cambierà. È così che si fa.
""",
}
