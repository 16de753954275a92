"""Our own tables: the registers of what the events say, and the person records beside them."""
