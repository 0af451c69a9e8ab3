// The report model: filled by the pipeline, rendered as text, JSON and HTML in this target.
