"""Everything Streamlit is told, in code: no ``.streamlit`` folder, so that nothing depends on the working directory."""

from base64 import urlsafe_b64encode
from typing import Any

from config.settings import Settings
from presence.keys import load_key

LIGHT = {
    "primaryColor": "#0b5c6b",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f1f4f5",
    "textColor": "#17252a",
    "linkColor": "#0b5c6b",
    "borderColor": "#c3ced2",
    "redColor": "#b3261e",
    "redTextColor": "#8f1d17",
    "redBackgroundColor": "#fbe9e7",
    "orangeColor": "#a85400",
    "orangeTextColor": "#7d3f00",
    "orangeBackgroundColor": "#fdf0e1",
    "yellowColor": "#8a6d00",
    "yellowTextColor": "#654f00",
    "yellowBackgroundColor": "#fdf6d8",
    "blueColor": "#1d5fa8",
    "blueTextColor": "#174a83",
    "blueBackgroundColor": "#e7f0fa",
    "greenColor": "#1e7036",
    "greenTextColor": "#17572a",
    "greenBackgroundColor": "#e6f4ea",
    "grayTextColor": "#4a5a60",
    "codeBackgroundColor": "#eef2f3",
    "codeTextColor": "#17252a",
}
DARK = {
    "primaryColor": "#5cc4d4",
    "backgroundColor": "#12191c",
    "secondaryBackgroundColor": "#1c262a",
    "textColor": "#e7eef0",
    "linkColor": "#7fd3e0",
    "borderColor": "#41535a",
    "redColor": "#f2867e",
    "redTextColor": "#ffb4ad",
    "redBackgroundColor": "#401c1a",
    "orangeColor": "#f0a45c",
    "orangeTextColor": "#ffc994",
    "orangeBackgroundColor": "#3c2a17",
    "yellowColor": "#e0c04e",
    "yellowTextColor": "#f5dc85",
    "yellowBackgroundColor": "#363014",
    "blueColor": "#82b4f0",
    "blueTextColor": "#b4d3fa",
    "blueBackgroundColor": "#1a2c42",
    "greenColor": "#7cc98f",
    "greenTextColor": "#ace3b9",
    "greenBackgroundColor": "#17331f",
    "grayTextColor": "#a9b8bd",
    "codeBackgroundColor": "#1c262a",
    "codeTextColor": "#e7eef0",
}
SHARED = {
    "baseRadius": "0.35rem",
    "baseFontSize": 15,
    "headingFontSizes": ["1.75rem", "1.3rem", "1.1rem", "1rem", "1rem", "1rem"],
    "headingFontWeights": [650, 650, 650, 650, 650, 650],
    "linkUnderline": True,
    "paddingTop": "3rem",
    "paddingBottom": "4rem",
    "showWidgetBorder": True,
    "showSidebarBorder": True,
}


def options(settings: Settings, hosts: list[str], origin: str) -> dict[str, Any]:
    """The options by Streamlit's own names."""
    theme = {f"theme.{key}": value for key, value in SHARED.items()}
    theme |= {f"theme.light.{key}": value for key, value in LIGHT.items()}
    theme |= {f"theme.dark.{key}": value for key, value in DARK.items()}
    return theme | {
        "browser.gatherUsageStats": False,
        "client.allowedOrigins": [origin],
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.toolbarMode": "minimal",
        "client.disableDataExport": True,
        "global.developmentMode": False,
        "logger.enableRich": False,
        "logger.hideWelcomeMessage": True,
        "runner.magicEnabled": False,
        "runner.postScriptGC": False,  # collected on a timer instead, see intranet.server
        "runner.fastReruns": True,
        "server.allowedHosts": hosts,
        "server.allowRunOnSave": False,
        "server.corsAllowedOrigins": [origin],
        "server.cookieSecret": urlsafe_b64encode(load_key(settings, "streamlit")).decode(),
        "server.disconnectedSessionTTL": 60,
        "server.enableAgentApi": False,
        "server.enableStaticServing": False,
        "server.enableXsrfProtection": True,
        "server.fileWatcherType": "none",
        "server.headless": True,
        "server.maxMessageSize": 50,
        "server.maxUploadSize": settings.upload_limit_mib,
        "server.showEmailPrompt": False,
        "server.scriptHealthCheckEnabled": False,
    }


def apply(wanted: dict[str, Any]) -> None:
    """Set them, and see that they hold: what opens doors must not come back from some file or variable."""
    from streamlit import config

    for key, value in wanted.items():
        config.set_option(key, value, where_defined="intranet.streamlit_options")
    for key in ("server.enableAgentApi", "browser.gatherUsageStats", "runner.postScriptGC"):
        if config.get_option(key) is not False:
            raise RuntimeError(f"Streamlit option {key} could not be switched off")
