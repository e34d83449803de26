"""Set-up on the screen: the interview, the plan, its apply."""
