"""Build the site of a drop and add it as a version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.cli.group import main
from generator.cli.places import ADDRESS, FOLDER, need_apart, need_place, need_project
from generator.cli.session import Session, drop_options, print_json, request_of

if TYPE_CHECKING:
    from generator.publish import Outcome


@main.command()
@drop_options
@click.option("--to", "target", type=FOLDER, default="public", show_default=True, help="Where the versions stand.")
@click.option("--alias", default="latest", show_default=True, help="Name under which readers find the newest version.")
@click.option(
    "--alias-as",
    type=click.Choice(["copy", "symlink", "redirect"]),
    default="copy",
    show_default=True,
    help="A copy works everywhere and takes no room; a link or leading pages move less when files are copied on.",
)
@click.option("--keep", type=click.IntRange(min=1), help="How many versions keep their pages; default: all.")
@click.option("--mike", is_flag=True, help="Commit the version to a git branch instead, by mike; push it yourself.")
@click.option("--branch", default="gh-pages", show_default=True, help="The branch, with --mike.")
@click.option("--site-url", type=ADDRESS, help="Where the folder of versions will be served.")
@click.option("--json", "as_json", is_flag=True, help="Print what was published as JSON.")
@click.pass_obj
def publish(
    session: Session,
    /,
    target: Path,
    alias: str,
    alias_as: str,
    keep: int | None,
    mike: bool,
    branch: str,
    site_url: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Build the site of one drop and add it to the versions that were published before.

    The same inputs publish nothing twice; a drop that is issued again becomes a version of its own. Readers never meet
    half of a site, and several publishers take turns.
    """
    from generator.edition import publish_drop
    from generator.publish import Kind, Ways

    need_project(session.project)
    if mike and keep:
        raise click.UsageError("--keep prunes a folder of versions; a git branch keeps what was committed.")
    if not mike:
        need_apart(target, session.project, options["exports"], "--to")
        need_place(target.absolute(), target, "--to")
    ways, place = Ways(alias, Kind(alias_as), keep, site_url), branch if mike else target.resolve()
    outcome = publish_drop(session.project, request_of(options), place, ways, session.progress)
    where = f"{branch}:" if mike else f"{target}/"
    if as_json:
        print_json(_record(outcome, where, alias))
    else:
        click.echo("\n".join(_lines(outcome, where, alias)))


def _record(outcome: Outcome, where: str, alias: str) -> dict[str, object]:
    version = outcome.version
    return {
        "version": version.id,
        "title": version.title,
        "aliases": list(version.aliases),
        "published": outcome.is_new,
        "pruned": list(outcome.pruned),
        "site": f"{where}{version.id}",
        "data": f"{where}{version.id}/data",
        "index": f"{where}{alias}/index.html",
    }


def _lines(outcome: Outcome, where: str, alias: str) -> list[str]:
    version = outcome.version
    if outcome.is_new:
        named = f", which is {alias} now" if alias in version.aliases else ""
        lines = [f"{where}{version.id}: published{named}"]
    else:
        pruned = "" if outcome.has_pages else "; its pages were pruned, its results are there"
        lines = [f"{where}{version.id}: published before from the same inputs, so nothing is new{pruned}"]
    return [*lines, *(f"{where}{one}: pruned; its results stay" for one in outcome.pruned)]
