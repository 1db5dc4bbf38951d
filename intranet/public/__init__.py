"""Citizens' pages and their server. Imports no Streamlit."""
