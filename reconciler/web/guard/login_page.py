"""The form that a browser gets in place of a page until somebody has logged in."""

from __future__ import annotations

from html import escape

FIELD = "reconciler_token"
"""The form's field. No page behind has one of that name."""

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Log in · Contacts</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/page.css">
</head>
<body>
<header class="top"><p class="brand">Contacts</p></header>
<main id="content">
<div class="head"><h1>Log in</h1></div>
{content}
</main>
</body>
</html>
"""
_FORM = """\
{trouble}<p>This page answers requests for every account whose keys it holds, so it must know who you are.</p>
<form method="post" action="{action}">
<p class="field"><label for="login">Access token</label>
<input id="login" name="{field}" type="password" autocomplete="current-password" required autofocus></p>
<p><button>Log in</button></p>
</form>
<p>It is the token that <code>reconciler serve</code> was started with, not one from a mail of OVHcloud.</p>
"""
_BY_PROXY = "<p>Open this page through the reverse proxy, which knows who you are.</p>"


def login_page(trouble: str | None, *, stay: bool) -> str:
    """Return the form.

    Args:
        trouble: what was wrong with the last try.
        stay: whether to come back to the same address. An empty action also keeps its fragment, in which a
            mailed link carries its token; the address of a form that was sent cannot be opened again.
    """
    words = f'<p class="box box-care" role="alert">{escape(trouble)}</p>\n' if trouble else ""
    form = _FORM.format(trouble=words, action="" if stay else "/", field=FIELD)
    return _PAGE.format(content=form)


def elsewhere_page() -> str:
    """Return what a browser is told where only the proxy logs people in."""
    return _PAGE.format(content=_BY_PROXY)
