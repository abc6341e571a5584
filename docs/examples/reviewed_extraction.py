"""Extracts with a validator of your own in the loop, with the stubs that grpcio-tools generates.

def review(order):
    return [] if order["total"] > 0 else [("/total", "must be more than 0")]

result = extract_reviewed(stub, api, api.ExtractRequest(...), review)
"""

import json
import queue


def extract_reviewed(stub, api, request, review):
    """The first answer that obeys the schema and in which `review` finds nothing wrong.

    `review` gets the value and returns what is wrong with it as (JSON Pointer, message) pairs; the
    model is then asked again. Raises grpc.RpcError: ABORTED when all turns are used up.
    """
    messages = queue.SimpleQueue()
    messages.put(api.ExtractInteractiveRequest(start=api.InteractiveStart(request=request)))
    try:
        for event in stub.ExtractInteractive(iter(messages.get, None)):
            if event.HasField("candidate"):
                number = event.candidate.number
                wrong = review(json.loads(event.candidate.response.json))
                verdict = api.Review(candidate=number, accept=api.Accept())
                if wrong:
                    issues = [api.Issue(path=path, message=message) for path, message in wrong]
                    verdict = api.Review(candidate=number, reject=api.Reject(issues=issues))
                messages.put(api.ExtractInteractiveRequest(review=verdict))
            elif event.HasField("result"):
                return event.result
    finally:
        messages.put(None)
