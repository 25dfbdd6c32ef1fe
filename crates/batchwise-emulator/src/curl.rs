//! Lines to paste into a shell.

/// A curl line for every method against an origin.
pub(crate) fn lines(origin: &str) -> String {
    const DELLIN: &str = r#""appkey":"11111111-2222-3333-4444-555555555555""#;
    const SESSION: &str = r#""sessionID":"AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE""#;
    let calltouch = "-H 'Access-Token: token' -H 'SiteId: 1'";
    let json = "-H 'Content-Type: application/json'";
    let post = |title: &str, headers: &str, path: &str, body: &str| {
        format!("# {title}\ncurl -X POST {headers} '{origin}{path}' -d '{body}'\n")
    };
    let delete = |title: &str, path: &str| {
        format!("# {title}\ncurl -g -u api_user:api_pass -X DELETE -H 'Accept: application/json' '{origin}{path}'\n")
    };
    let get = |title: &str, path: &str| {
        format!("# {title}\ncurl -g -u api_user:api_pass -H 'Accept: application/json' '{origin}{path}'\n")
    };
    [
        post(
            "Calltouch: delete imports",
            &format!("{calltouch} {json}"),
            "/report-service/RestAPI/api/users-import/delete",
            r#"{"importLogIds":[123,124]}"#,
        ),
        post(
            "Calltouch: add custom fields to leads",
            &format!("{calltouch} {json}"),
            "/lead-service/v1/api/customfield/lead/add",
            r#"{"leads":[{"matching":[{"type":"request","requestParams":{"requestId":900100}}],"addCustomFields":{"overwrite":false,"customFields":[{"field":"contract_no","value":"A-17"}]}}]}"#,
        ),
        post(
            "Dellin: log in with a password",
            json,
            "/v3/auth/login.json",
            &format!(r#"{{{DELLIN},"login":"+70000000000","password":"secret"}}"#),
        ),
        post(
            "Dellin: log in with a personal access token",
            json,
            "/v4/auth/login.json",
            &format!(r#"{{{DELLIN},"pat":"dl-api-1"}}"#),
        ),
        post(
            "Dellin: ask about a session",
            json,
            "/v3/auth/session_info.json",
            &format!("{{{DELLIN},{SESSION}}}"),
        ),
        post(
            "Dellin: delete from the address book",
            json,
            "/v2/book/delete.json",
            &format!(r#"{{{DELLIN},{SESSION},"counteragentIDs":[123,345],"addressIDs":[3,2,1],"phoneIDs":[1,2],"contactIDs":[1,2,3]}}"#),
        ),
        post(
            "Dellin: the same in XML",
            "-H 'Content-Type: text/xml'",
            "/v2/book/delete.xml",
            "<request><appkey>11111111-2222-3333-4444-555555555555</appkey><sessionID>AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE</sessionID><addressIDs>4</addressIDs><contactIDs>4</contactIDs></request>",
        ),
        post(
            "Dellin: list counteragents, anonymous receivers included",
            json,
            "/v2/book/counteragents.json",
            &format!(r#"{{{DELLIN},{SESSION},"withAnonym":"true"}}"#),
        ),
        post(
            "Dellin: list the addresses of a counteragent",
            json,
            "/v2/book/addresses.json",
            &format!(r#"{{{DELLIN},{SESSION},"counteragentID":70011}}"#),
        ),
        post(
            "Dellin: list the contact persons and phones of an address",
            json,
            "/v2/book/contacts.json",
            &format!(r#"{{{DELLIN},{SESSION},"addressID":810022}}"#),
        ),
        get("Thulium: list the customers of a campaign", "/api/crm_outbounds/00001/records?limit=100&offset=0"),
        get("Thulium: count the records of campaigns", "/api/outbounds/stats"),
        delete(
            "Thulium: remove customers from a campaign",
            "/api/batch/crm_outbounds/00001/records?customer_id[]=441&customer_id[]=442",
        ),
        delete(
            "Thulium: remove phone numbers from a campaign",
            "/api/batch/outbounds/00001/records/?phone_number[]=333444555&search_in_additional_numbers=true",
        ),
        post(
            "Dellin: log out",
            json,
            "/v3/auth/logout.json",
            &format!("{{{DELLIN},{SESSION}}}"),
        ),
    ]
    .join("\n")
}
