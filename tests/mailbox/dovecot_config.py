"""What Dovecot is told: its versions 2.3 and 2.4 say the same in different words."""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path

PLAIN, WITHOUT_IDLE = "127.0.0.1", "127.0.0.2"
NOBODY = 65534
PASSWORD = 'correct horse: "battery" \\ staple'
OTHER_PASSWORD = "pâsswörd ☂"
"""Opens the same mailboxes, but cannot be sent in ASCII."""

_PASSWORDS = (("any", PASSWORD), ("other", OTHER_PASSWORD))


def passwords() -> str:
    """Return the file of passwords, each good for every user."""
    return "".join(f"{name}:{{PLAIN.HEX}}{word.encode().hex()}::::::\n" for name, word in _PASSWORDS)


def config(version: tuple[int, ...], folder: Path, port: int, tls_port: int, greeting: str) -> str:
    """Return the configuration of a server that keeps everything in `folder`."""
    say = _config_2_4 if version >= (2, 4) else _config_2_3
    return say(folder, port, tls_port, greeting)


def _config_2_3(folder: Path, port: int, tls_port: int, greeting: str) -> str:
    uid, gid = _owner()
    return f"""\
{_in_common(folder, port, tls_port, greeting)}
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
mail_plugins = acl
plugin {{
  acl = vfile
}}
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
{"".join(_passdb_2_3(folder, name) for name, _ in _PASSWORDS)}\
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
local {WITHOUT_IDLE} {{
  protocol imap {{
    imap_capability = IMAP4rev1 LITERAL+ UIDPLUS
  }}
}}
"""


def _config_2_4(folder: Path, port: int, tls_port: int, greeting: str) -> str:
    uid, gid = _owner()
    return f"""\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
{_in_common(folder, port, tls_port, greeting)}
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
mail_plugins {{
  acl = yes
}}
acl_driver = vfile
ssl = yes
ssl_server_cert_file = {folder}/certificate.pem
ssl_server_key_file = {folder}/key.pem
{"".join(_passdb_2_4(folder, name) for name, _ in _PASSWORDS)}\
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {folder}/mail/%{{user}}
  }}
}}
local {WITHOUT_IDLE} {{
  imap_capability = IMAP4rev1 LITERAL+ UIDPLUS
}}
"""


def _passdb_2_3(folder: Path, name: str) -> str:
    return f"""\
passdb {{
  driver = passwd-file
  args = username_format={name} {folder}/users
}}
"""


def _passdb_2_4(folder: Path, name: str) -> str:
    return f"""\
passdb {name} {{
  driver = passwd-file
  passwd_file_path = {folder}/users
  auth_username_format = {name}
}}
"""


def _in_common(folder: Path, port: int, tls_port: int, greeting: str) -> str:
    return f"""\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
listen = {PLAIN}, {WITHOUT_IDLE}
protocols = imap
login_greeting = {greeting}
auth_failure_delay = 0
mail_fsync = never
first_valid_uid = 1
shutdown_clients = yes
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{_rootless() if os.geteuid() else ""}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""


def _rootless() -> str:
    """Return what a server needs to be content with one user, who is not root."""
    name, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    return f"""\
default_internal_user = {name}
default_internal_group = {group}
default_login_user = {name}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
"""


def _owner() -> tuple[int, int]:
    """Return whom mail belongs to: Dovecot refuses to let it be root's."""
    return (NOBODY, NOBODY) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
