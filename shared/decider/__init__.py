"""What every decision has in common: pure, no clock and no I/O.

A decision is `(state, command, org_id, today, *, looked_up) -> events`, where `today` is the civil
date in Asia/Shanghai and a state of None means that the thing does not exist. It raises a named
refusal instead, the first in one order, the same everywhere:

1. request: what is wrong in the command itself (a date that has not come, a person listed twice);
2. existence: what it names is not there;
3. state: what it names does not allow it, now or from this actor;
4. content: what it says does not agree with what stands (more approved than was asked).

Before all four, the handler refuses a union or people whom nobody knows. Each decision's refusals
stand in its docstring, first come first.
"""
