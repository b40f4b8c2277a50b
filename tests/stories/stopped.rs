//! A check stops the run: exit code 4, nothing was written.

use crosspull_support::Story;

#[test]
fn a_managed_identity_cannot_be_reset() {
    let story = Story::of("managed-identity-cluster");
    story.apply(&["--route", "new-app"]).is_stopped_by("aks-shop uses a managed identity", "Give --route pull-secret");
    story.wrote_nothing();
}

#[test]
fn a_stopped_cluster_must_be_started() {
    let story = Story::of("cluster-stopped");
    let way_out = "az aks start --resource-group rg-shop --name aks-shop";
    story.apply(&[]).is_stopped_by("aks-shop is stopped", way_out);
    story.wrote_nothing();
}

#[test]
fn who_may_not_reset_the_cluster_is_told_what_is_missing() {
    let story = Story::of("no-right-on-cluster");
    let end = story.apply(&[]);
    end.is_stopped_by(
        "you may not reset aks-shop's service principal",
        "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action",
    );
    end.finds("stop", "aks-shop", "Azure Kubernetes Service Contributor Role");
    story.wrote_nothing();
}

#[test]
fn who_may_not_assign_roles_is_told_what_is_missing() {
    let story = Story::of("no-right-on-registry");
    let end = story.apply(&[]);
    end.is_stopped_by("you may not assign roles on registryb", "Microsoft.Authorization/roleAssignments/write");
    end.finds("stop", "registryb", "Role Based Access Control Administrator");
    story.wrote_nothing();
}

#[test]
fn one_tenant_for_both_needs_no_other() {
    let story = Story::of("same-tenant");
    let new_app = ["--route", "new-app"];
    story.apply(&new_app).complains("is the cluster's tenant too").complains("--route attach");
    story.called_nothing();

    // A domain and an id: only the directory knows that they are one.
    let cause = format!("cluster and registry are in one tenant, {}", story.ready.tenants.a.id);
    story.apply(&["--route", "new-app", "--tenant-b", "contoso.com"]).is_stopped_by(&cause, "give --route attach");
    story.wrote_nothing();
}

#[test]
fn a_domain_and_an_id_of_one_tenant_are_found_out_before_anything_else() {
    let story = Story::of("happy");
    // The operator of B is unknown in A; that the tenants are one is what matters.
    let end = story.apply(&["--route", "new-app", "--tenant-b", "contoso.com"]);
    let cause = format!("cluster and registry are in one tenant, {}", story.ready.tenants.a.id);
    end.is_stopped_by(&cause, "give --route attach");
    assert_eq!(end.findings("stop").count(), 1, "\n{end}");
    story.wrote_nothing();
}

#[test]
fn a_wrong_secret_is_explained() {
    for side in ["A", "B"] {
        let secret = format!("CROSSPULL_{side}_CLIENT_SECRET");
        let story = Story::of("happy").with(&secret, "not-the-secret");
        let end = story.apply(&[]);
        let cause = format!("no sign-in to tenant {side}: the secret is wrong");
        end.is_stopped_by(&cause, "Check that the value was given, not its id");
        end.finds("stop", &cause, &format!("signs in by the secret of {secret}"));
        let refusal = end.findings("stop").map(|f| &f["refusal"]["code"]).collect::<Vec<_>>();
        assert_eq!(refusal, ["AADSTS7000215"], "\n{end}");
        assert!(!end.out.contains("not-the-secret"), "\n{end}");
        story.wrote_nothing();
    }
}

#[test]
fn conditional_access_is_explained() {
    let story = Story::of("conditional-access");
    story.apply(&[]).is_stopped_by("no sign-in to tenant B: a Conditional Access policy", "administrator");
    story.wrote_nothing();
}

#[test]
fn a_tenant_that_is_none_is_named() {
    let story = Story::of("happy");
    for tenant in ["99999999-0000-4ccc-8ddd-eeee1111aaaa", "nobody.example"] {
        let cause = format!("tenant A ({tenant}) is not known: there is no such tenant in this cloud");
        story.apply(&["--tenant-a", tenant]).is_stopped_by(&cause, "Check the tenant");
    }
    story.wrote_nothing();
}

#[test]
fn a_resource_that_is_not_there_is_named() {
    let story = Story::of("happy");
    let cluster = story.ready.cluster.replace("aks-shop", "aks-gone");
    let registry = story.ready.registry.replace("registryb", "registrygone");
    let way_out = "Check the resource id and the account";
    story.apply(&["--cluster", &cluster]).is_stopped_by("aks-gone cannot be read: there is no such resource", way_out);
    story
        .apply(&["--registry", &registry])
        .is_stopped_by("registrygone cannot be read: there is no such resource", way_out);
    story.wrote_nothing();
}

#[test]
fn a_registry_of_another_tenant_is_explained() {
    let story = Story::of("happy");
    let tenants = &story.ready.tenants;
    let (a, b) = (tenants.a.subscription.to_string(), tenants.b.subscription.to_string());
    let registry = story.ready.registry.replace(&b, &a);
    let end = story.apply(&["--registry", &registry]);
    end.is_stopped_by("registryb cannot be read", "tenant");
    let silent = end.findings("stop").any(|f| f["text"].as_str().is_some_and(|t| t.contains("gives no reason")));
    assert!(!silent, "Resource Manager said that the subscription is another tenant's\n{end}");
    story.wrote_nothing();
}

#[test]
fn a_cloud_that_does_not_answer_is_named() {
    let story = Story::of("happy");
    let end = story.apply(&["--cloud", "https://localhost:1"]);
    end.is_stopped_by("the cloud at https://localhost:1/ cannot be used: nothing takes", "Check the address");
    story.called_nothing();
}

#[test]
fn an_address_that_is_no_cloud_is_named() {
    let story = Story::of("happy");
    let registry = format!("https://{}", story.ready.login_server);
    let end = story.apply(&["--cloud", &registry]);
    end.is_stopped_by("nothing that describes a cloud answers there", "Check the address given for --cloud");
    story.wrote_nothing();
}
