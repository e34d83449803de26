"""What is wrong with a command line, in the language in use; click's own words are English."""

from __future__ import annotations

import click

from generators.language import _


def usage_words(wrong: click.UsageError) -> str:
    """Return what is wrong; the rarer mistakes keep click's own words."""
    match wrong:
        case click.NoSuchOption():
            says = _("there is no option {name}").format(name=wrong.option_name)
            return "; ".join(
                [says]
                + [_("did you mean “{name}”?").format(name=n) for n in (wrong.possibilities or ())]
            )
        case click.MissingParameter(param=click.Parameter() as param):
            return _("missing: {name}").format(name=param.get_error_hint(wrong.ctx))
        case click.BadParameter(param=click.Parameter(type=click.Choice() as kind) as param):
            says = _("must be one of: {choices}").format(choices=", ".join(kind.choices))
            return f"{param.get_error_hint(wrong.ctx)}: {says}"
    return wrong.format_message()
