using Layer.Azure.Errors;
using Layer.Evidence.Collecting;

namespace Layer.Azure.SignIn;

/// <summary>What can be told to be wrong before anything is sent.</summary>
internal static class TypedInput
{
    public static Failure? Refuse(AzureTarget target, AzureCredential credential)
    {
        var facts = AzureFacts.Of(target, credential.ClientId);
        if (target.TenantId == Guid.Empty)
            return Failures.Of(SignInErrors.TenantInvalid).With(facts);
        // The portal shows a secret's id beside its value, and the id is the one that stays visible.
        if (credential is ClientSecret secret && Guid.TryParse(secret.Secret.Trim(), out _))
            return Failures.Of(SignInErrors.SecretIsAnId).With(facts);
        return credential is ClientSecret { Secret.Length: 0 } ? Failures.Of(SignInErrors.CredentialMissing).With(facts) : null;
    }
}
