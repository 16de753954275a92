"""What a case may say of each kind of fact."""

FIELDS: dict[str, set[str]] = {
    "gifts": {"person", "programme", "occasion", "issued", "yuan", "quantity", "form", "payer",
              "on_roster", "rostered", "signed", "signed_on", "signed_by", "returned", "source",
              "again", "again_why"},
    "programmes": {"id", "assumed", "closed", "for", "roster", "cut_off"},
    "claims": {"id", "person", "kind", "case", "state", "on", "paid", "maker", "approver", "payer",
               "source", "yuan", "assumed", "relation", "fund", "form", "rejected_by"},
    "payments": {"id", "line", "yuan", "payer", "assumed", "asked", "approved", "recorded", "on",
                 "source", "for", "decided"},
    "members": {"person", "since", "until", "retired", "gender", "left_post", "why"},
    "incomes": {"yuan", "assumed", "on", "of", "id"},
    "budgets": {"year", "from", "lines", "assumed", "adjusted", "by"},
    "health_checks": {"id", "payer", "on"},
    "congresses": {"id", "kind", "due", "present", "on", "told"},
    "procurements": {"id", "method", "basis", "fund", "yuan", "notice_from", "notice_to", "on"},
    "things": {"name", "of", "on", "source"},
    "awards": {"id", "kind", "attended", "sessions", "entrants", "entries", "winners", "yuan",
               "on"},
    "declared": {"staff", "women", "on", "source"},
    "covers": {"person", "on", "capacity", "ended", "source"},
    "reports": {"id", "on", "of"}, "moved": {"report", "figure", "stated", "found"},
}  # fmt: skip
"""What a case may give of each kind of fact; anything else is a slip of the pen."""
