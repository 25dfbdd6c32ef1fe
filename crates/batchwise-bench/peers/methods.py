"""Requests and answers of the four methods for the loops in Python.

They do the work of the loops in Rust: ids that follow each other, and a sum of what was done. With --rows they do what a script
for a list of records would do, and what the command does: the records come from --input, and a line of JSON is written for each.
"""

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
    parser.add_argument("--rows", type=argparse.FileType("w", encoding="utf-8"))
    return parser.parse_args()


def batches(job):
    """What is sent together, ids or lines of leads, with the number of the first."""
    size = BATCH[job.method]
    if job.input is None:
        end = FIRST_ID + job.records
        for start in range(FIRST_ID, end, size):
            yield start - FIRST_ID + 1, list(range(start, min(start + size, end)))
        return
    with open(job.input, encoding="utf-8") as lines:
        batch, first = [], 1
        for line in lines:
            # An object of a book is led by its kind: `phone:1000000`.
            batch.append(line if job.method == "leads" else int(line.rpartition(":")[2]))
            if len(batch) == size:
                yield first, batch
                batch, first = [], first + size
        if batch:
            yield first, batch


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


def done(job, first, batch, answer):
    """How many of the records the answer calls done, each with its row where there are rows."""
    reached = results(job, batch, answer)
    if job.rows:
        word = "updated" if job.method == "leads" else "deleted"
        for line, (record, ok) in enumerate(zip(batch, reached), first):
            row = {"line": line, "outcome": word if ok else "unknown"}
            if job.method != "leads":
                row["id"] = record
            job.rows.write(json.dumps(row) + "\n")
    return sum(reached)


def results(job, batch, answer):
    """Which of the records the answer calls done; an error where it speaks of others."""
    answer = json.loads(answer)
    if job.method == "import":
        results = answer["data"]["importLogs"]
        if [result["importLogId"] for result in results] != batch:
            raise ValueError("other ids than those that were sent")
        return [result["deleteStatus"] == "success" for result in results]
    if job.method == "book":
        deleted = answer["data"]["deleted"]["phoneIDs"]
        if deleted != batch:
            raise ValueError("other ids than those that were sent")
        return [True] * len(deleted)
    if job.method == "campaign":
        return [answer[str(id)]["status"] == "REMOVED" for id in batch]
    results = answer["data"]["leads"]
    if len(results) != len(batch):
        raise ValueError("another number of results")
    return [result["isCustomFieldsAdded"] for result in results]


def tell(job, started, records):
    """Prints what the loops in Rust print."""
    seconds = time.perf_counter() - started
    if records != job.records:
        raise ValueError(f"{records} of {job.records} records were done")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"records": records, "seconds": seconds, "allocations": None, "peak_bytes": peak}))
