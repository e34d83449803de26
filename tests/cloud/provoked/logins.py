"""Who is asking: through google-auth's own files, token endpoint and exchanges."""

from __future__ import annotations

from typing import Any

from tests.cloud.provoked.recorded import failing, info, recorded
from tests.cloud.provoked.stage import Provocation, Stage

LOGIN = "gcloud auth application-default login"


def _nobody(stage: Stage) -> Any:
    home = stage.folder / "nobody"
    home.mkdir(exist_ok=True)
    cloud = stage.google(HOME=str(home), CLOUDSDK_CONFIG=str(home), NO_GCE_CHECK="true")
    return cloud.projects()


def _file(content: Any) -> Any:
    def do(stage: Stage) -> Any:
        path = stage.folder / "absent.json"
        if content is not None:
            path = stage.file("odd.json", content)
        return stage.proxied(path).projects()

    return do


def _token(status: int, error: str, says: str, **more: str) -> Any:
    def do(stage: Stage) -> Any:
        body = {"error": error, "error_description": says, **more}
        stage.fault("POST token", status=status, body=body)
        return stage.proxied().projects()

    return do


def _federated(error: str, says: str, **more: Any) -> Any:
    def do(stage: Stage) -> Any:
        stage.fault("POST v1/token", status=400, body={"error": error, "error_description": says})
        return _workflow(stage, **more).projects()

    return do


def _workflow(stage: Stage, **more: Any) -> Any:
    subject = stage.file("subject", "a.github.token")
    pool = "projects/1/locations/global/workloadIdentityPools/github/providers/github"
    return stage.proxied(
        stage.file(
            "workflow.json",
            {
                "type": "external_account",
                "audience": f"//iam.googleapis.com/{pool}",
                "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                "token_url": "https://sts.googleapis.com/v1/token",
                "credential_source": {"file": str(subject)},
                **more,
            },
        )
    )


def _impersonated(stage: Stage) -> Any:
    given = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}
    issued = {"issued_token_type": "urn:ietf:params:oauth:token-type:access_token"}
    stage.fault("POST v1/token", status=200, body={**given, **issued})
    message = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource."
    body = {"error": {"code": 403, "message": message, "status": "PERMISSION_DENIED"}}
    stage.fault("generateAccessToken", status=403, body=body)
    account = "notes-build@notes-prod.iam.gserviceaccount.com"
    base = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts"
    url = f"{base}/{account}:generateAccessToken"
    return _workflow(stage, service_account_impersonation_url=url).projects()


LOGINS = (
    Provocation("login-missing", _nobody, (LOGIN,), "nobody"),
    Provocation("login-file-unusable", _file(None), ("absent.json",), "file-absent"),
    Provocation("login-file-unusable", _file("{"), ("odd.json", "valid json"), "file-garbage"),
    Provocation("login-file-unusable", _file({"type": "odd"}), ("valid type",), "file-odd"),
    Provocation(
        "login-ended",
        _token(400, "invalid_grant", "reauth related error", error_subtype="invalid_rapt"),
        (LOGIN, "some hours", "tarmac apply --resume"),
        "rapt",
    ),
    Provocation(
        "login-ended",
        _token(400, "invalid_grant", "Token has been expired or revoked."),
        (LOGIN,),
        "revoked",
    ),
    Provocation(
        "login-forbidden",
        _token(403, "access_denied", "Account restricted"),
        ("Account restricted", "organisation"),
        "restricted",
    ),
    recorded(
        "login-ended",
        "projects",
        403,
        "Request had invalid authentication credentials.",
        info("ACCESS_TOKEN_EXPIRED", service="cloudresourcemanager.googleapis.com"),
        says=(LOGIN,),
    ),
    recorded(
        "login-refused",
        "login",
        401,
        "Request is missing required authentication credential.",
        info("CREDENTIALS_MISSING"),
        says=(LOGIN,),
    ),
    recorded(
        "login-refused",
        "login",
        401,
        "The service account's project is gone.",
        info("ACCOUNT_STATE_INVALID", email="a@p.iam.gserviceaccount.com"),
        id="login-refused-account",
    ),
    recorded("login-refused", "login", 401, "Invalid Credentials", id="login-refused-words"),
    recorded(
        "quota-project-missing",
        "start_apis",
        403,
        "Your application is authenticating by using local Application Default Credentials. The "
        "serviceusage.googleapis.com API requires a quota project, which is not set by default.",
        info("SERVICE_QUOTA_PROJECT_UNKNOWN"),
        says=("set-quota-project t-",),
    ),
    recorded(
        "quota-project-missing",
        "start_apis",
        403,
        "Your application has authenticated using end user credentials from the Google Cloud SDK. "
        "The end user credentials from gcloud are not supported by the API.",
        says=("set-quota-project t-",),
        id="quota-project-older-words",
    ),
    recorded(
        "quota-project-denied",
        "start_apis",
        403,
        "Caller does not have required permission to use project other-project.",
        info("USER_PROJECT_DENIED", consumer="projects/other-project"),
        says=("other-project", "roles/serviceusage.serviceUsageConsumer", "set-quota-project"),
    ),
    recorded(
        "quota-project-denied",
        "start_apis",
        403,
        "Caller does not have required permission to use project other-project. Grant the caller "
        "the roles/serviceusage.serviceUsageConsumer role.",
        id="quota-project-denied-words",
    ),
    recorded(
        "scope-missing",
        "projects",
        403,
        "Request had insufficient authentication scopes.",
        info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", method="x", service="y"),
        says=(LOGIN, "cloud-platform"),
    ),
    recorded(
        "scope-missing",
        "projects",
        403,
        "Request had insufficient authentication scopes.",
        legacy="insufficientPermissions",
        id="scope-missing-legacy",
    ),
    Provocation(
        "federation-rejected",
        _federated(
            "unauthorized_client", "The given credential is rejected by the attribute condition."
        ),
        ("repository_id", "five minutes", "providers describe github"),
        "sts-condition",
    ),
    Provocation(
        "federation-provider-missing",
        _federated(
            "invalid_target",
            'The target service indicated by the "audience" parameters is invalid. This might '
            "either be because the pool or provider is disabled or deleted or because it doesn't "
            "exist.",
        ),
        ("workload identity provider",),
        "sts-target",
    ),
    Provocation(
        "federation-token",
        _federated(
            "invalid_grant",
            "The audience in ID Token [x] does not match the expected audience y.",
        ),
        ("id-token: write", "audience"),
        "sts-audience",
    ),
    Provocation(
        "impersonation-denied",
        _impersonated,
        ("roles/iam.serviceAccountTokenCreator", "iam.serviceAccounts.getAccessToken"),
        "impersonated",
    ),
    recorded(
        "impersonation-denied",
        "projects",
        403,
        "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
        info(
            "IAM_PERMISSION_DENIED",
            "iam.googleapis.com",
            permission="iam.serviceAccounts.getAccessToken",
        ),
        id="impersonation-direct",
    ),
    recorded(
        "federation-rejected",
        "projects",
        400,
        "The given credential is rejected by the attribute condition.",
        id="federation-rejected-words",
    ),
    recorded(
        "federation-condition-missing",
        "start_identity_provider",
        400,
        "The attribute condition must reference one of the provider's claims. For more information "
        "see the documentation.",
        failing("Precondition", description="condition"),
        says=("repository_id", "every repository"),
    ),
    recorded(
        "federation-pool-deleted",
        "start_identity_provider",
        400,
        "Workload identity pool projects/1/locations/global/workloadIdentityPools/github is "
        "deleted.",
        says=("workload-identity-pools undelete github", "30 days"),
    ),
)
