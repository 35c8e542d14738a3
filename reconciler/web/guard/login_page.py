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
<title>Log in - contact-reconciler</title>
<link rel="stylesheet" href="/static/style.css">
</head>
<body>
<main id="main">
<h1>Log in</h1>
<p>This page answers change requests for every account that it holds keys of, so it must know who you are.</p>
{trouble}<form method="post" action="{action}">
<p><label for="token">Access token</label><br>
<input id="token" name="{field}" type="password" autocomplete="current-password" required autofocus></p>
<p><button type="submit">Log in</button></p>
</form>
<p>It is the token that <code>reconciler serve</code> was started with, not one from OVHcloud's mails.</p>
</main>
</body>
</html>
"""
_BY_PROXY = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Log in - contact-reconciler</title></head>
<body>
<main><h1>Log in</h1><p>Open this page through the reverse proxy, which knows who you are.</p></main>
</body>
</html>
"""


def login_page(trouble: str | None, *, stay: bool) -> str:
    """Return the form.

    Args:
        trouble: what was wrong with the last try.
        stay: whether to come back to the same address. An empty action also keeps its fragment, in which a
            mailed link carries its token; the address of a form that was sent cannot be opened again.
    """
    words = f'<p role="alert"><strong>{escape(trouble)}</strong></p>\n' if trouble else ""
    return _PAGE.format(trouble=words, action="" if stay else "/", field=FIELD)


def elsewhere_page() -> str:
    """Return what a browser is told where only the proxy logs people in."""
    return _BY_PROXY
