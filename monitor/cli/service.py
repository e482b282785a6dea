"""The command that stays, run; and demo, which shows the whole line in a minute."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.common import call, exit_code, state_of


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command(epilog="Example: `monitor --home /srv/monitor run --host 127.0.0.1 --port 8000`")(run)
    app.command(epilog="Example: `monitor demo --serve`")(demo)


def run(
    context: typer.Context,
    no_web: Annotated[bool, typer.Option("--no-web", help="Without the web UI.")] = False,
    host: Annotated[str, typer.Option(help="Address the web UI listens on; anything but loopback needs a password.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the web UI.", min=0, max=65535)] = 8000,
) -> int:
    """Run the service: scheduler, delivery, web UI. Stops cleanly on SIGTERM or Ctrl-C, with 0."""
    return exit_code(call("monitor.service:run", state_of(context).settings(), host=host, port=port, with_web=not no_web))


def demo(
    context: typer.Context,
    serve: Annotated[bool, typer.Option("--serve", help="Leave the web UI open afterwards.")] = False,
    host: Annotated[str, typer.Option(help="Address of the web UI with --serve.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the web UI with --serve.", min=0, max=65535)] = 8000,
) -> int:
    """Step through the bundled example pages with the real fetcher and print the report; needs no internet.

    Nothing stays behind, unless --home names a new folder to keep it in.
    """
    return exit_code(call("monitor.demo:run", serve=serve, host=host, port=port, home=state_of(context).home))
