//! One request of every method, as its documents have it.

use bytes::Bytes;
use http::Request;

fn post(path: &str, body: &str) -> Request<Bytes> {
    Request::post(path)
        .header("access-token", "any")
        .header("siteid", "1")
        .header("content-type", "application/json")
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .expect("a request")
}

fn delete(target: &str) -> Request<Bytes> {
    Request::delete(target)
        .header("accept", "application/json")
        .header("authorization", "Basic YW55OmFueQ==")
        .body(Bytes::new())
        .expect("a request")
}

/// One request of every method.
pub fn requests() -> Vec<Request<Bytes>> {
    vec![
        post(
            "/report-service/RestAPI/api/users-import/delete",
            r#"{"importLogIds":[51001,51002,51003]}"#,
        ),
        post(
            "/lead-service/v1/api/customfield/lead/add",
            r#"{"leads":[{"matching":[{"type":"request","requestParams":{"requestId":900100}},
                {"type":"leadContact","leadContactParams":{"phones":["+7 915 777-11-22"],"emails":["ann@example.com"]}}],
                "addCustomFields":{"overwrite":true,"customFields":[{"field":"contract_no","value":"A-17"}]}}]}"#,
        ),
        post("/v3/auth/login.json", r#"{"appkey":"any","login":"any","password":"any"}"#),
        post("/v4/auth/login.json", r#"{"appkey":"any","pat":"any"}"#),
        post("/v3/auth/session_info.json", r#"{"appkey":"any","sessionID":"any"}"#),
        post(
            "/v2/book/delete.json",
            r#"{"appkey":"any","sessionID":"any","counteragentIDs":[70011],"phoneIDs":[920031,920032]}"#,
        ),
        post(
            "/v2/book/delete.xml",
            "<request><appkey>any</appkey><sessionID>any</sessionID><contactIDs>930041</contactIDs></request>",
        ),
        post("/v3/auth/logout.json", r#"{"appkey":"any","sessionID":"any"}"#),
        delete("/api/batch/crm_outbounds/00042/records?customer_id%5B%5D=7001&customer_id%5B%5D=7002"),
        delete(
            "/api/batch/outbounds/00042/records?phone_number%5B%5D=%2B48600700801&search_in_additional_numbers=true",
        ),
    ]
}
