"""The loop that a good user of aiohttp would write: a session, and so many tasks that share the batches."""

import asyncio
import time

import aiohttp
from yarl import URL

import methods


async def main(job):
    batches = methods.batches(job)
    connector = aiohttp.TCPConnector(limit=job.concurrency)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def work():
            records = 0
            for first, batch in batches:
                verb, url, headers, body = methods.request(job, batch)
                async with session.request(verb, URL(url, encoded=True), headers=headers, data=body) as answer:
                    answer.raise_for_status()
                    records += methods.done(job, first, batch, await answer.read())
            return records

        return sum(await asyncio.gather(*(work() for _ in range(job.concurrency))))


job = methods.arguments()
started = time.perf_counter()
methods.tell(job, started, asyncio.run(main(job)))
