"""`tarmac init`: the set-up interview, inline or without a person, to tarmac.toml."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from generators.language import N_, _, ngettext
from tui.context import Context

if TYPE_CHECKING:
    from generators.project import Detection
    from wizards.blueprint import Blueprint
    from wizards.failures import UsageFailure
    from wizards.interview import Interview
    from wizards.question import Question, Value
    from wizards.setup.answers_file import AnswersFile, Wrong


@click.command()
@click.option(
    "--answers",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=N_("Answers as TOML, with the keys of tarmac.toml."),
)
@click.option("--set", "flags", multiple=True, metavar="KEY=VALUE", help=N_("One answer."))
@click.option("--yes", is_flag=True, help=N_("Take every proposal and write without asking."))
@click.pass_obj
def init(context: Context, file: Path | None, flags: tuple[str, ...], yes: bool) -> None:
    """Answer the questions that make tarmac.toml."""
    from wizards.blueprint_writing import rendered, write
    from wizards.setup.interviewing import interview
    from wizards.setup.kept_answers import forget, take_up
    from wizards.setup.to_blueprint import removed, values

    asking = context.interactive and not yes
    detection = _detected(context)
    existing = context.blueprint_or_none()
    talk = interview(context.root, detection, existing, suggest=asking or yes)
    at = take_up(context.root, talk, context.blueprint_path) if asking else ""
    beyond = _given(talk, file, flags)
    if asking:
        from tui.init_prompts import ask_everything

        ask_everything(context, talk, existing, at)
    _complete(talk)
    made = values(talk.given(), detection, existing=existing) | beyond
    gone = removed(talk, existing)
    path = context.blueprint_path
    text = rendered(path, made, gone)
    if asking and not _wanted(context, text, existing):
        raise click.Abort
    changed = write(path, made, gone)
    if asking:
        forget(context.root)
    _tell(context, path, talk, existing, detection, changed=changed)


def _detected(context: Context) -> Detection:
    from generators.detect import detect

    found = detect(context.root)
    for service in found.services:
        context.out.say(
            _("found: {framework} in {path}").format(framework=service.framework, path=service.path)
        )
    return found


def _given(talk: Interview, file: Path | None, flags: tuple[str, ...]) -> dict[str, Value]:
    from wizards.answers import Layer
    from wizards.setup import answers_file

    from_file = answers_file.read(file) if file else None
    from_flags: dict[str, Value] = {**answers_file.read_flags(flags)}
    beyond, wrong = answers_file.give(talk, from_file.values if from_file else {}, Layer.FILE)
    more, wrong_flags = answers_file.give(talk, from_flags, Layer.FLAG)
    if wrong or wrong_flags:
        raise _do_not_pass(from_file, wrong, wrong_flags)
    return beyond | more


def _do_not_pass(
    file: AnswersFile | None, of_file: list[Wrong], of_flags: list[Wrong]
) -> UsageFailure:
    """Return the card that names every answer that does not pass, and where it was given."""
    from wizards.failures import UsageFailure

    places = (
        sorted(((file.line(one.key), one) for one in of_file), key=lambda place: place[0])
        if file
        else []
    )
    name = file.path.name if file else ""
    lines = [
        _("{file} line {line}: {says}").format(file=name, line=line, says=f"{one.key}: {one.says}")
        for line, one in places
    ]
    lines += [f"--set {one.key}=…: {one.says}" for one in of_flags]
    return UsageFailure(
        "answers-wrong",
        ngettext("{count} answer does not pass", "{count} answers do not pass", len(lines)).format(
            count=len(lines)
        ),
        why="\n".join(lines),
        next=(f"$EDITOR +{max(places[0][0], 1)} {file.path}",) if file and places else (),
    )


def _complete(talk: Interview) -> None:
    """Raise the card that names every missing answer with its flag."""
    from wizards.failures import UsageFailure

    missing = talk.pending()
    if not missing:
        return
    raise UsageFailure(
        "answers-missing",
        _("answers are missing: {keys}").format(keys=", ".join(part.key for part in missing)),
        why="\n".join(_line(talk, question) for question in missing),
        next=("tarmac init " + " ".join(question.flag for question in missing),),
    )


def _line(talk: Interview, question: Question) -> str:
    wrong = talk.complaint(question, talk.values().get(question.key)) or ""
    return f"{question.flag}  {question.ask}: {wrong}"


def _wanted(context: Context, text: str, existing: Blueprint | None) -> bool:
    from tui.inline import confirm

    context.out.say("")
    context.out.say(text)
    question = _("Write tarmac.toml?") if existing is None else _("Update tarmac.toml?")
    return confirm(question, default=True)


def _tell(
    context: Context,
    path: Path,
    talk: Interview,
    existing: Blueprint | None,
    detection: Detection,
    *,
    changed: bool,
) -> None:
    from tui.plan_text import check_lines
    from wizards.events import Json
    from wizards.question import Kind
    from wizards.setup.draft import draft
    from wizards.setup.estimate import estimate
    from wizards.setup.lints import complaints
    from wizards.setup.proposals import left_where_it_is

    answers: list[Json] = []
    for question in talk.asked():
        answer = talk.answer(question)
        if answer is not None and question.kind is not Kind.SHOWN:
            value = list(answer.value) if isinstance(answer.value, tuple) else answer.value
            answers.append({"key": question.key, "value": value, "from": answer.provenance})
    if changed:
        context.out.say(_("✓ {file} written").format(file=path.name))
    else:
        context.out.say(_("✓ {file} says this already").format(file=path.name))
    made = draft(talk.given(), existing)
    foreign = left_where_it_is(detection, made)
    wrong = [*([foreign] if foreign else []), *complaints(made)]
    for check in wrong:
        for line in check_lines(check):
            context.out.say(line)
    cost = estimate(made)
    context.out.say(
        _("about ${total} a month ({prices})").format(total=f"{cost.total:.2f}", prices=cost.dated)
    )
    context.out.say(_("next: {command}").format(command="tarmac plan"))
    data: dict[str, Json] = {"path": str(path), "changed": changed, "answers": answers}
    data["cost_usd_month"] = round(cost.total, 2)
    data["checks"] = [check.as_json() for check in wrong]
    context.out.done(data)
