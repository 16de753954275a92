"""Pure decisions of `members`: the union, a person in it, and a transfer of affiliation."""
