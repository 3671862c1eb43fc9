"""Where processors send their events: stored or refused, nothing else."""

from __future__ import annotations

import logging

from django.core.exceptions import RequestDataTooBig
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from broadsheet.funding.actions import receive_event
from broadsheet.funding.errors import BadWebhook, GatewayError
from broadsheet.funding.models import ProcessorAccount

logger = logging.getLogger(__name__)


@csrf_exempt  # the signature proves who sends
@require_POST
def events(request: HttpRequest, account: str) -> HttpResponse:
    try:
        found = ProcessorAccount.objects.filter(slug=account).first()
        if found is None:
            return _said(404, "There is no such account.")
        receive_event(account=found, raw=request.body, headers=request.headers)
    except RequestDataTooBig:
        return _said(413, "The body is too large.")
    except BadWebhook as error:
        logger.warning("Webhook of %s refused: %s", account, error)
        return _said(400, str(error))
    except GatewayError as error:
        logger.warning("A webhook of %s could not be checked: %s", account, error)
        return _said(503, "It could not be checked. Send it again.")
    except Error:
        logger.exception("A webhook of %s could not be stored.", account)
        return _said(503, "It could not be stored. Send it again.")
    return _said(200, "Stored.")


def _said(status: int, text: str) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")
