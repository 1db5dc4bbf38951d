"""From the text of a reading to findings and fields: pure rules, evidence for everything."""
