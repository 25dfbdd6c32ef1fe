"""Requests and answers of the four methods for the loops in Python: the same work as the loops in Rust do."""

import argparse
import json
import resource
import time

FIRST_ID = 1_000_000
BATCH = {"import": 100, "leads": 100, "book": 40, "campaign": 100}
CALLTOUCH = {
    "content-type": "application/json",
    "accept": "application/json",
    "access-token": "token",
    "siteid": "1",
}
DELLIN = {"content-type": "application/json"}
THULIUM = {"accept": "application/json", "authorization": "Basic dXNlcjpwYXNz"}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", choices=BATCH, required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--records", type=int, required=True)
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--input")
    return parser.parse_args()


def batches(job):
    """What is sent together: ids, or lines of leads."""
    size = BATCH[job.method]
    if job.method == "leads":
        with open(job.input, encoding="utf-8") as lines:
            batch = []
            for line in lines:
                batch.append(line)
                if len(batch) == size:
                    yield batch
                    batch = []
            if batch:
                yield batch
        return
    end = FIRST_ID + job.records
    for start in range(FIRST_ID, end, size):
        yield list(range(start, min(start + size, end)))


def request(job, batch):
    """Verb, address, headers and body."""
    compact = (",", ":")
    if job.method == "import":
        body = json.dumps({"importLogIds": batch}, separators=compact)
        return "POST", job.url + "/report-service/RestAPI/api/users-import/delete", CALLTOUCH, body
    if job.method == "book":
        body = json.dumps({"appkey": "key", "sessionID": "session", "phoneIDs": batch}, separators=compact)
        return "POST", job.url + "/v2/book/delete.json", DELLIN, body
    if job.method == "campaign":
        query = "&".join(f"customer_id%5B%5D={id}" for id in batch)
        return "DELETE", f"{job.url}/api/batch/crm_outbounds/00042/records?{query}", THULIUM, None
    leads = [json.loads(line) for line in batch]
    body = json.dumps({"leads": leads}, separators=compact)
    return "POST", job.url + "/lead-service/v1/api/customfield/lead/add", CALLTOUCH, body


def done(job, batch, answer):
    """How many of the records the answer calls done; an error where it speaks of others."""
    answer = json.loads(answer)
    if job.method == "import":
        results = answer["data"]["importLogs"]
        if [result["importLogId"] for result in results] != batch:
            raise ValueError("other ids than those that were sent")
        return sum(result["deleteStatus"] == "success" for result in results)
    if job.method == "book":
        deleted = answer["data"]["deleted"]["phoneIDs"]
        if deleted != batch:
            raise ValueError("other ids than those that were sent")
        return len(deleted)
    if job.method == "campaign":
        return sum(answer[str(id)]["status"] == "REMOVED" for id in batch)
    results = answer["data"]["leads"]
    if len(results) != len(batch):
        raise ValueError("another number of results")
    return sum(result["isCustomFieldsAdded"] for result in results)


def tell(job, started, records):
    """Prints what the loops in Rust print."""
    seconds = time.perf_counter() - started
    if records != job.records:
        raise ValueError(f"{records} of {job.records} records were done")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"records": records, "seconds": seconds, "allocations": None, "peak_bytes": peak}))
