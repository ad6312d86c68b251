"""Django apps of the domain, lowest first; an app imports only apps named before it in ``settings.django.DOMAIN_APPS``."""
