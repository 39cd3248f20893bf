"""Models: fitted on rows, judged on rows they have not seen, refused where the data are too thin."""
