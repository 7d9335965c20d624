"""`python -m ui`, and `rag chat` by entry point: serve the chat over an index and print its address."""

from pathlib import Path
from typing import Annotated

import typer

from rag.settings import DEFAULT_INDEX

Index = Annotated[Path, typer.Option("--index", help="The folder that holds the index.", envvar="RAG_INDEX")]
Host = Annotated[str, typer.Option("--host", help="The address to serve on; others than this computer need --auth.")]
Port = Annotated[
    int | None,
    typer.Option("--port", min=1, max=65535, help="The port; the first free from 7860 if not given."),
]
Auth = Annotated[
    str | None,
    typer.Option(
        "--auth",
        metavar="USER[:PASSWORD]",
        envvar="RAG_AUTH",
        help="Ask visitors for this name and password. Without the password, it is asked for here.",
    ),
]


def chat(index: Index = Path(DEFAULT_INDEX), host: Host = "127.0.0.1", port: Port = None, auth: Auth = None) -> None:
    """Open the web chat over an index, on this computer only unless told otherwise."""
    from ui.security import check_host, parse_auth

    login = parse_auth(_with_password(auth))
    check_host(host, login)  # before anything slow is loaded

    typer.echo(f"Opening the index {index} …")
    from rag import Assistant
    from ui.app import serve

    with Assistant.open(index) as assistant:
        typer.echo("Loading the model …")
        assistant.prepare()
        serve(assistant, host=host, port=port, auth=login, ready=_announce)


def _with_password(auth: str | None) -> str | None:
    """A user's name with the password, asked for at the terminal where only the name was given."""
    if not auth or ":" in auth:
        return auth
    return f"{auth}:{typer.prompt(f'Password for {auth}', hide_input=True, confirmation_prompt=True)}"


def _announce(address: str) -> None:
    typer.echo(f"The chat is up: {address}\nPress Ctrl-C to stop.")


def main() -> None:
    """Run `chat`; a fault is told in one line, exit code 2 for a setting and 3 for anything else."""
    from rag.errors import CitespanError, SettingsError

    app = typer.Typer(add_completion=False)
    app.command()(chat)
    try:
        app()
    except CitespanError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(2 if isinstance(error, SettingsError) else 3) from error


if __name__ == "__main__":
    main()
