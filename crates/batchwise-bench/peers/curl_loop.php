<?php

// The loop of a script in PHP: a handle for each request and one request after another, as providers show it in their samples.
// With --rows it does what the command does: the records come from --input, and a line of JSON is written for each.

const FIRST_ID = 1000000;
const BATCH = ['import' => 100, 'leads' => 100, 'book' => 40, 'campaign' => 100];
const CALLTOUCH = ['Content-Type: application/json', 'Accept: application/json', 'Access-Token: token', 'SiteId: 1'];
const DELLIN = ['Content-Type: application/json'];
const THULIUM = ['Accept: application/json', 'Authorization: Basic dXNlcjpwYXNz'];

$job = getopt('', ['method:', 'url:', 'records:', 'concurrency:', 'input:', 'rows:']);

/** What is sent together, ids or lines of leads, by the number of the first. */
function batches(array $job): iterable
{
    $size = BATCH[$job['method']];
    if (!isset($job['input'])) {
        $end = FIRST_ID + (int) $job['records'];
        for ($start = FIRST_ID; $start < $end; $start += $size) {
            yield $start - FIRST_ID + 1 => range($start, min($start + $size, $end) - 1);
        }
        return;
    }
    $input = fopen($job['input'], 'r');
    $batch = [];
    $first = 1;
    while (($line = fgets($input)) !== false) {
        // An object of a book is led by its kind: `phone:1000000`.
        $batch[] = $job['method'] === 'leads' ? $line : (int) substr($line, strrpos(":$line", ':'));
        if (count($batch) === $size) {
            yield $first => $batch;
            $first += $size;
            $batch = [];
        }
    }
    if ($batch !== []) {
        yield $first => $batch;
    }
}

/** Verb, address, headers and body. */
function request(array $job, array $batch): array
{
    $url = $job['url'];
    switch ($job['method']) {
        case 'import':
            $body = json_encode(['importLogIds' => $batch]);
            return ['POST', $url . '/report-service/RestAPI/api/users-import/delete', CALLTOUCH, $body];
        case 'book':
            $body = json_encode(['appkey' => 'key', 'sessionID' => 'session', 'phoneIDs' => $batch]);
            return ['POST', $url . '/v2/book/delete.json', DELLIN, $body];
        case 'campaign':
            $query = implode('&', array_map(fn ($id) => "customer_id%5B%5D=$id", $batch));
            return ['DELETE', "$url/api/batch/crm_outbounds/00042/records?$query", THULIUM, null];
        default:
            $leads = array_map(fn ($line) => json_decode($line, false, 512, JSON_THROW_ON_ERROR), $batch);
            $body = json_encode(['leads' => $leads], JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
            return ['POST', $url . '/lead-service/v1/api/customfield/lead/add', CALLTOUCH, $body];
    }
}

/** How many of the records the answer calls done, each with its row where there are rows. */
function done(array $job, int $first, array $batch, string $answer): int
{
    global $rows;
    $reached = results($job, $batch, $answer);
    if ($rows !== null) {
        $word = $job['method'] === 'leads' ? 'updated' : 'deleted';
        foreach ($reached as $at => $ok) {
            $row = ['line' => $first + $at, 'outcome' => $ok ? $word : 'unknown'];
            if ($job['method'] !== 'leads') {
                $row['id'] = $batch[$at];
            }
            fwrite($rows, json_encode($row) . "\n");
        }
    }
    return count(array_filter($reached));
}

/** Which of the records the answer calls done; an error where it speaks of others. */
function results(array $job, array $batch, string $answer): array
{
    $answer = json_decode($answer, true, 512, JSON_THROW_ON_ERROR);
    switch ($job['method']) {
        case 'import':
            $results = $answer['data']['importLogs'];
            if (array_column($results, 'importLogId') !== $batch) {
                throw new Exception('other ids than those that were sent');
            }
            return array_map(fn ($result) => $result['deleteStatus'] === 'success', $results);
        case 'book':
            $deleted = $answer['data']['deleted']['phoneIDs'];
            if ($deleted !== $batch) {
                throw new Exception('other ids than those that were sent');
            }
            return array_fill(0, count($deleted), true);
        case 'campaign':
            return array_map(fn ($id) => $answer[$id]['status'] === 'REMOVED', $batch);
        default:
            $results = $answer['data']['leads'];
            if (count($results) !== count($batch)) {
                throw new Exception('another number of results');
            }
            return array_column($results, 'isCustomFieldsAdded');
    }
}

$started = hrtime(true);
$rows = isset($job['rows']) ? fopen($job['rows'], 'w') : null;
$records = 0;
foreach (batches($job) as $first => $batch) {
    [$verb, $url, $headers, $body] = request($job, $batch);
    $curl = curl_init($url);
    curl_setopt($curl, CURLOPT_CUSTOMREQUEST, $verb);
    curl_setopt($curl, CURLOPT_HTTPHEADER, [...$headers, 'Expect:']);
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    if ($body !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
    }
    $answer = curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    if ($answer === false || $status !== 200) {
        throw new Exception($answer === false ? curl_error($curl) : "status $status");
    }
    curl_close($curl);
    $records += done($job, $first, $batch, $answer);
}
$seconds = (hrtime(true) - $started) / 1e9;
if ($records !== (int) $job['records']) {
    throw new Exception("$records of {$job['records']} records were done");
}
$peak = memory_get_peak_usage(true);
if (preg_match('/^VmHWM:\s+(\d+)/m', @file_get_contents('/proc/self/status') ?: '', $found)) {
    $peak = 1024 * (int) $found[1];
}
echo json_encode(['records' => $records, 'seconds' => $seconds, 'allocations' => null, 'peak_bytes' => $peak]), "\n";
