"""One function per command: look up, load, decide, append. One module per aggregate."""
