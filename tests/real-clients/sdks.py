"""Microsoft's Python SDKs read both tenants of a simulated cloud. Prints one line for each check.

Its arguments are the cloud's ready line and its authority file; the operators' credentials are in the environment.
"""

import asyncio
import json
import os
import sys

from azure.containerregistry import ContainerRegistryClient
from azure.identity import ClientSecretCredential, DeviceCodeCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.containerregistry import ContainerRegistryManagementClient
from azure.mgmt.containerservice import ContainerServiceClient
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphServiceClient
from msgraph.graph_request_adapter import GraphRequestAdapter

ready = json.loads(sys.argv[1])
os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = sys.argv[2]
arm = ready["arm"].rstrip("/")
audience = "https://management.core.windows.net/.default"
passed = failed = 0


def check(name, is_so):
    global passed, failed
    if is_so:
        passed += 1
        print(f"ok - {name}")
    else:
        failed += 1
        print(f"not ok - {name}")


def same(one, other):
    return one.lower() == other.lower()


def secret_of(side):
    return ClientSecretCredential(
        ready["tenants"][side.lower()]["id"],
        os.environ[f"CROSSPULL_{side}_CLIENT_ID"],
        os.environ[f"CROSSPULL_{side}_CLIENT_SECRET"],
        authority=arm,
        disable_instance_discovery=True,
    )


def person_of(side, account):
    """A person signs in by device code; the code is entered at once."""
    import requests

    def enter(_address, code, _until):
        answer = requests.post(f"{arm}/_sim/device", json={"userCode": code, "user": account}, timeout=20)
        answer.raise_for_status()

    return DeviceCodeCredential(
        tenant_id=ready["tenants"][side.lower()]["id"],
        authority=arm,
        disable_instance_discovery=True,
        prompt_callback=enter,
    )


def on(client, side, credential):
    subscription = ready["tenants"][side.lower()]["subscription"]
    return client(credential, subscription, base_url=arm, credential_scopes=[audience])


def graph(credential):
    provider = AzureIdentityAuthenticationProvider(
        credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=[arm.split("://")[1].split(":")[0]]
    )
    adapter = GraphRequestAdapter(provider)
    adapter.base_url = f"{arm}/v1.0"
    return GraphServiceClient(request_adapter=adapter)


def read(side, credential, who):
    """What tenant A and tenant B show, by every SDK that speaks to it."""
    group = ready["cluster" if side == "A" else "registry"].split("/")[4]
    name = ready["cluster" if side == "A" else "registry"].split("/")[-1]
    scope = ready["cluster" if side == "A" else "registry"]
    if side == "A":
        clusters = on(ContainerServiceClient, side, credential).managed_clusters
        check(f"{who}: mgmt-containerservice lists the cluster", any(same(c.id, scope) for c in clusters.list()))
        check(f"{who}: and reads it", same(clusters.get(group, name).id, scope))
    else:
        registries = on(ContainerRegistryManagementClient, side, credential).registries
        check(f"{who}: mgmt-containerregistry lists the registry", any(same(r.id, scope) for r in registries.list()))
        check(f"{who}: and reads it", registries.get(group, name).login_server == ready["login_server"])
        server = ContainerRegistryClient(
            f"https://{ready['login_server']}", credential, audience="https://containerregistry.azure.net"
        )
        check(f"{who}: containerregistry lists repositories", len(list(server.list_repository_names())) > 0)
    roles = on(AuthorizationManagementClient, side, credential)
    check(f"{who}: mgmt-authorization lists role assignments", any(True for _ in roles.role_assignments.list_for_scope(scope)))
    check(f"{who}: and permissions", any(True for _ in roles.permissions.list_for_resource_group(group)))
    organizations = asyncio.run(graph(credential).organization.get()).value
    tenant = ready["tenants"][side.lower()]["id"]
    check(f"{who}: msgraph reads the organization", [o.id for o in organizations] == [tenant])


for side in ("A", "B"):
    read(side, secret_of(side), f"{side}, service principal")
for side, account in (("A", sys.argv[3]), ("B", sys.argv[4])):
    credential = person_of(side, account)
    read(side, credential, f"{side}, person")
    me = asyncio.run(graph(credential).me.get())
    check(f"{side}, person: msgraph reads me", me.user_principal_name == account)

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
