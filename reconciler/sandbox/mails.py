"""The mails that accounts get, in their own language: a token to each party, a notice when a change is done.

The shape is OVHcloud's (number in the subject, service and product, account replaced, list of roles, link,
bare token on its own line, days left); the sentences are ours.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from reconciler.model import Role
from reconciler.sandbox.store import Store

LINK = "https://www.ovh.com/manager/#/useraccount/contacts/{task}?tab=REQUESTS&token={token}"


class Wording(NamedTuple):
    """One language: texts with places for what differs."""

    request_subject: str
    request: str
    done_subject: str
    done: str
    roles: dict[Role, str]
    products: dict[str, str]
    other_product: str


ENGLISH = Wording(
    request_subject="Contact change request no. {task}",
    request="""Hello {account},

somebody asked to change who is a contact of {service} ({product}).

In place of {old}, {new} would become:
{roles}

To say yes or no, open this page while signed in as {account}:
{link}

Programs can answer through the API instead. The token for that is:
{token}

It is meant for you alone and works once. Taking a contact over means taking over its terms.
Without an answer of everybody concerned the request lapses after {days} days and nothing changes.
""",
    done_subject="Contact change no. {task} is done",
    done="""Hello {account},

the contacts of {service} ({product}) have changed.

In place of {old}, {new} is now:
{roles}

There is nothing left to do.
""",
    roles={
        Role.ADMIN: "Admin contact",
        Role.TECHNICAL: "Technical contact",
        Role.BILLING: "Billing contact",
    },
    products={
        "domain": "domain name",
        "domain/zone": "DNS zone",
        "hosting/web": "web hosting",
        "email/domain": "e-mail service",
        "vps": "virtual server",
        "dedicated/server": "dedicated server",
        "cloud/project": "cloud project",
    },
    other_product="service of the range {route}",
)

FRENCH = Wording(
    request_subject="Demande de changement de contact n° {task}",
    request="""Bonjour {account},

quelqu'un souhaite modifier les contacts de {service} ({product}).

À la place de {old}, {new} deviendrait :
{roles}

Pour répondre oui ou non, ouvrez cette page en étant connecté comme {account} :
{link}

Un programme peut aussi répondre par l'API, avec ce jeton :
{token}

Il n'est destiné qu'à vous et ne sert qu'une fois. Reprendre un contact, c'est en reprendre les conditions.
Sans réponse de toutes les personnes concernées, la demande s'éteint après {days} jours et rien ne change.
""",
    done_subject="Changement de contact n° {task} effectué",
    done="""Bonjour {account},

les contacts de {service} ({product}) ont changé.

À la place de {old}, {new} est désormais :
{roles}

Il n'y a plus rien à faire.
""",
    roles={
        Role.ADMIN: "Contact administrateur",
        Role.TECHNICAL: "Contact technique",
        Role.BILLING: "Contact facturation",
    },
    products={
        "domain": "nom de domaine",
        "domain/zone": "zone DNS",
        "hosting/web": "hébergement web",
        "email/domain": "service e-mail",
        "vps": "serveur virtuel",
        "dedicated/server": "serveur dédié",
        "cloud/project": "projet cloud",
    },
    other_product="service de la gamme {route}",
)

POLISH = Wording(
    request_subject="Prośba o zmianę kontaktu nr {task}",
    request="""Dzień dobry {account},

ktoś poprosił o zmianę kontaktów usługi {service} ({product}).

W miejsce {old} konto {new} ma zostać:
{roles}

Aby się zgodzić albo odmówić, proszę otworzyć tę stronę po zalogowaniu jako {account}:
{link}

Program może odpowiedzieć przez API, używając tego tokenu:
{token}

Token jest tylko dla Państwa i działa jeden raz. Kto przejmuje kontakt, przejmuje także warunki usługi.
Bez odpowiedzi wszystkich zainteresowanych prośba wygasa po {days} dniach i nic się nie zmienia.
""",
    done_subject="Zmiana kontaktu nr {task} zakończona",
    done="""Dzień dobry {account},

kontakty usługi {service} ({product}) zostały zmienione.

W miejsce {old} konto {new} jest teraz:
{roles}

Nie trzeba robić nic więcej.
""",
    roles={
        Role.ADMIN: "Kontakt administracyjny",
        Role.TECHNICAL: "Kontakt techniczny",
        Role.BILLING: "Kontakt księgowy",
    },
    products={
        "domain": "nazwa domeny",
        "domain/zone": "strefa DNS",
        "hosting/web": "hosting WWW",
        "email/domain": "poczta e-mail",
        "vps": "serwer wirtualny",
        "dedicated/server": "serwer dedykowany",
        "cloud/project": "projekt chmurowy",
    },
    other_product="usługa z grupy {route}",
)

WORDINGS = {"en": ENGLISH, "fr": FRENCH, "pl": POLISH}


def send_request(
    store: Store, task: sqlite3.Row, account: str, token: str, expiry_days: float, at: float
) -> None:
    """Mail a party its token."""
    wording = _wording(store, account)
    facts = _facts(store, wording, task, account)
    body = wording.request.format(
        **facts, token=token, link=LINK.format(task=task["id"], token=token), days=f"{expiry_days:g}"
    )
    _send(store, account, at, wording.request_subject.format(task=task["id"]), body)


def send_done(store: Store, task: sqlite3.Row, account: str, at: float) -> None:
    """Tell a party or the old contact that the service has changed hands."""
    wording = _wording(store, account)
    facts = _facts(store, wording, task, account)
    _send(store, account, at, wording.done_subject.format(task=task["id"]), wording.done.format(**facts))


def _wording(store: Store, account: str) -> Wording:
    found = store.row("SELECT language FROM accounts WHERE id = ?", account)
    return WORDINGS.get((found["language"] if found else "en")[:2], ENGLISH)


def _facts(store: Store, wording: Wording, task: sqlite3.Row, account: str) -> dict[str, str]:
    service = store.row("SELECT route, name FROM services WHERE id = ?", task["service"])
    assert service is not None, "a task's service is never deleted"
    route = service["route"]
    return {
        "account": account,
        "service": service["name"],
        "product": wording.products.get(route) or wording.other_product.format(route=route),
        "old": task["from_account"],
        "new": task["to_account"],
        "roles": "\n".join(f"- {wording.roles[Role(role)]}" for role in task["roles"].split()),
    }


def _send(store: Store, account: str, at: float, subject: str, body: str) -> None:
    store.write(
        "INSERT INTO mails (account, sent, subject, body) VALUES (?, ?, ?, ?)", account, at, subject, body
    )
