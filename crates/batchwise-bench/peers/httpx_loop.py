"""The loop that a good user of httpx would write: a client, and so many tasks that share the batches."""

import asyncio
import time

import httpx

import methods


async def main(job):
    batches = methods.batches(job)
    limits = httpx.Limits(max_connections=job.concurrency, max_keepalive_connections=job.concurrency)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:

        async def work():
            records = 0
            for first, batch in batches:
                verb, url, headers, body = methods.request(job, batch)
                answer = await client.request(verb, url, headers=headers, content=body)
                answer.raise_for_status()
                records += methods.done(job, first, batch, answer.content)
            return records

        return sum(await asyncio.gather(*(work() for _ in range(job.concurrency))))


job = methods.arguments()
started = time.perf_counter()
methods.tell(job, started, asyncio.run(main(job)))
