"""Django apps of the domain, lowest first; an app imports only those before it in ``settings.django.DOMAIN_APPS``."""
