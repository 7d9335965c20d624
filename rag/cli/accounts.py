"""`rag token` and `rag user`: who may use the service."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.cli import output
from rag.errors import SettingsError
from rag.settings import DEFAULT_INDEX

token = typer.Typer(no_args_is_help=True, help="Tokens with which programs use the service.")
user = typer.Typer(no_args_is_help=True, help="Users of the chat.")
AccessOption = Annotated[
    Path | None, typer.Option("--access", help="The file of tokens and users.", envvar="RAG_ACCESS")
]
Name = Annotated[str, typer.Argument(metavar="NAME")]
Indexes = Annotated[
    list[str] | None, typer.Option("--index", metavar="COLLECTION", help="Only this collection; repeatable.")
]
Labels = Annotated[list[str] | None, typer.Option("--label", help="Also documents with this label; repeatable.")]
PasswordInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@token.command("add")
def add_token(
    name: Name,
    read: Annotated[bool, typer.Option("--read", help="May ask, search and read (also without --write).")] = False,
    write: Annotated[bool, typer.Option("--write", help="May add and remove documents.")] = False,
    index: Indexes = None,
    label: Labels = None,
    access: AccessOption = None,
) -> None:
    """Make a token and print it, this once."""
    rights = ("read",) if not write else ("read", "write") if read else ("write",)
    secret = accounts(access).add_token(name, _grant(rights, index, label))
    typer.echo(secret)
    typer.echo("Keep it: it cannot be shown again.", err=True)


@token.command("list")
def list_tokens(access: AccessOption = None) -> None:
    """Print the tokens' names, rights, collections and labels as JSON."""
    output.print_json(accounts(access).names("tokens"))


@token.command("remove")
def remove_token(name: Name, access: AccessOption = None) -> None:
    """Take a token back; the service refuses it from now on."""
    accounts(access).remove("tokens", name)


@user.command("add")
def add_user(name: Name, password_stdin: PasswordInput = False, access: AccessOption = None) -> None:
    """Add a user of the chat; the password is asked for, and is never part of a command."""
    hidden: Any = {"hide_input": True, "confirmation_prompt": True, "err": True}
    password = (
        typer.get_text_stream("stdin").readline().rstrip("\n") if password_stdin else typer.prompt("Password", **hidden)
    )
    accounts(access).add_user(name, password, _grant(("read",), None, None))


@user.command("list")
def list_users(access: AccessOption = None) -> None:
    """Print the users as JSON."""
    output.print_json(accounts(access).names("users"))


@user.command("remove")
def remove_user(name: Name, access: AccessOption = None) -> None:
    """Remove a user."""
    accounts(access).remove("users", name)


def accounts(path: Path | None) -> Any:
    """The tokens and users of a file; by default one in the default index's folder. Raises SettingsError."""
    try:
        from rag.server.accounts.store import FILE, Accounts
    except ImportError as error:
        raise SettingsError(f"{error.name} is missing. Install it with: pip install 'citespan[server]'") from error
    return Accounts(path or Path(os.environ.get("RAG_INDEX", DEFAULT_INDEX)) / FILE)


def _grant(rights: tuple[str, ...], collections: list[str] | None, labels: list[str] | None) -> Any:
    from rag.server.accounts.store import Grant

    return Grant(rights, tuple(collections) if collections else None, tuple(labels or ()))  # type: ignore[arg-type]
