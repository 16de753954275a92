"""Whether a PDF is valid PDF/A-2b, by veraPDF: `make pdf-a FILE=report.pdf`."""
