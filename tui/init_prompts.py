"""`tarmac init` with a person at a terminal: the prompts, the review, changing one answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from generators.language import _
from tui.inline import Live, Prompts, choose_one, no_live
from wizards.question import Choice

if TYPE_CHECKING:
    from tui.context import Context
    from wizards.blueprint import Blueprint
    from wizards.interview import Interview
    from wizards.question import Known

DONE = "\0done"
EVERYTHING = "\0everything"


def ask_everything(
    context: Context, talk: Interview, existing: Blueprint | None, at: str = ""
) -> None:
    """Ask what applies, from where the person left; then the review, until it is as wanted.

    Where tarmac.toml answers everything, the review comes first: one answer is changed without
    walking through all. What is answered is kept, so Ctrl-C loses nothing.
    """
    prompts = _prompts(context, talk, existing)
    words = _("Enter takes the proposal, < goes back, Ctrl-C leaves; your answers are kept.")
    context.out.say(words)
    complete = existing is not None and bool(existing.project.id) and not talk.pending()
    if at:
        context.out.say(_("going on where you left"))
    try:
        if at or not complete:
            prompts.go(at)
        while _change_one(context, prompts, existing):
            pass
    except KeyboardInterrupt:
        context.out.say(_("left; tarmac init goes on from here"))
        raise


def _prompts(context: Context, talk: Interview, existing: Blueprint | None) -> Prompts:
    from wizards.setup.draft import draft
    from wizards.setup.estimate import estimate
    from wizards.setup.kept_answers import keep

    def price(now: Interview) -> str:
        found = estimate(draft(now.given(), existing))
        return _("about ${total} a month so far ({prices})").format(
            total=f"{found.total:.2f}", prices=found.dated
        )

    return Prompts(
        talk,
        context.out.say,
        _live(context),
        price,
        lambda now, at: keep(context.root, now, at),
    )


def _live(context: Context) -> Live:
    """Return where choices come from; without a login, nowhere, and it is said."""
    from wizards.cloud.opening import open_cloud
    from wizards.failures import Failure
    from wizards.setup.choices import choices
    from wizards.setup.patient_choices import PatientChoices

    try:
        cloud = open_cloud(context.sandbox_address())
    except Failure as failure:
        context.out.say("  " + failure.message)
        return no_live

    def ask(name: str, known: Known) -> Sequence[Choice]:
        return choices(name, cloud, known)

    patient = PatientChoices(ask)
    patient.ahead("projects", "billing_accounts")
    return patient


def _change_one(context: Context, prompts: Prompts, existing: Blueprint | None) -> bool:
    """Show every answer and offer to change one; False when it is as wanted."""
    from tui.plan_text import check_lines
    from wizards.setup.review import reviewed, verdicts

    talk = prompts.interview
    context.out.say("")
    answers = reviewed(talk)
    page = ""
    for one in answers:
        if one.question.page != page:
            page = one.question.page
            context.out.say(f"── {page} ──")
        value = f"✗ {one.wrong}" if one.wrong else one.words
        context.out.say(f"  {one.question.ask}: {value}  ({one.provenance})")
    for check in verdicts(talk, existing):
        for line in check_lines(check):
            context.out.say(line)
    context.out.say(f"  {prompts.note(talk)}")
    offered = [
        Choice(DONE, _("go on: show tarmac.toml")),
        Choice(EVERYTHING, _("ask everything again")),
        *(Choice(one.question.key, f"{one.question.ask}: {one.words}") for one in answers),
    ]
    picked = choose_one(_("Change one of them?"), offered, DONE)
    if picked == DONE:
        return False
    if picked == EVERYTHING:
        prompts.go()
        return True
    _again(prompts, picked)
    return True


def _again(prompts: Prompts, key: str) -> None:
    """Ask one question until it is answered, then those that the answer brought with it."""
    from tui.inline import Back

    before = {question.key for question in prompts.interview.asked()}
    question = next(one for one in prompts.interview.asked() if one.key == key)
    try:
        while not prompts.one(question):
            pass
        for new in prompts.interview.asked():
            if new.key not in before:
                while not prompts.one(new):
                    pass
    except Back:
        return
    prompts.keep(prompts.interview, "")
