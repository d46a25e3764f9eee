namespace Layer.AzureEmulator;

/// <summary>What can go wrong with an answer (azure-wire §10 item 7 and sections 1.5, 4, 9).</summary>
public enum Fault
{
    /// <summary>400 with an ARM, Entra or Graph body.</summary>
    Status400,
    /// <summary>401 that says nothing of use.</summary>
    Status401,
    /// <summary>403 AuthorizationFailed.</summary>
    Status403,
    /// <summary>404.</summary>
    Status404,
    /// <summary>408.</summary>
    Status408,
    /// <summary>409.</summary>
    Status409,
    /// <summary>429 with Retry-After.</summary>
    Status429,
    /// <summary>429 whose body is not JSON and which has no Retry-After.</summary>
    Status429Bare,
    /// <summary>500.</summary>
    Status500,
    /// <summary>502.</summary>
    Status502,
    /// <summary>503.</summary>
    Status503,
    /// <summary>504.</summary>
    Status504,
    /// <summary>200 with {"value":[]}.</summary>
    EmptyList,
    /// <summary>200 without a body.</summary>
    EmptyBody,
    /// <summary>A gzip stream that ends early.</summary>
    TruncatedGzip,
    /// <summary>Content-Length promises more than is sent.</summary>
    HalfBody,
    /// <summary>JSON that stops in the middle, correctly framed.</summary>
    TruncatedJson,
    /// <summary>The connection is cut before any answer. HttpClient repeats such a request several times by itself.</summary>
    ConnectionReset,
    /// <summary>A captive portal's page with 200.</summary>
    HtmlWith200,
    /// <summary>An edge's page with 503.</summary>
    HtmlWith503,
    /// <summary>The page is the page before it, or the first page twice.</summary>
    DuplicatePage,
    /// <summary>One row twice, byte for byte.</summary>
    DuplicateItem,
    /// <summary>One row twice, the second with other content.</summary>
    DuplicateItemChanged,
    /// <summary>One row left out: the count no longer fits a second reading.</summary>
    MissingItem,
    /// <summary>One row of another reading at another place: the list moves while it is read.</summary>
    MovingList,
    /// <summary>nextLink leads to the same page.</summary>
    NextLinkLoop,
    /// <summary>nextLink leads to another host.</summary>
    NextLinkForeignHost,
    /// <summary>nextLink leads to another subscription.</summary>
    NextLinkForeignSubscription,
    /// <summary>nextLink leads to plain http.</summary>
    NextLinkHttp,
    /// <summary>nextLink leads to another port of the same host.</summary>
    NextLinkOtherPort,
    /// <summary>nextLink is not a text that could be a link.</summary>
    NextLinkMalformed,
    /// <summary>The last page is empty, and correct.</summary>
    EmptyLastPage,
    /// <summary>Waits before it answers; on the world's clock.</summary>
    Slow,
    /// <summary>Never answers.</summary>
    NeverAnswers,
    /// <summary>401 InvalidAuthenticationTokenTenant.</summary>
    WrongTenant,
    /// <summary>401 ExpiredAuthenticationToken.</summary>
    ExpiredToken,
    /// <summary>401 insufficient_claims with a claims challenge.</summary>
    ClaimsChallenge,
    /// <summary>401 because the token has no oid: the service principal is gone.</summary>
    TokenWithoutPrincipal,
    /// <summary>200 with text that is not JSON.</summary>
    MalformedJson,
    /// <summary>A lone surrogate in a name.</summary>
    LoneSurrogate,
    /// <summary>A property twice in one object.</summary>
    DuplicateProperty,
    /// <summary>value is null.</summary>
    NullValue,
    /// <summary>value is an object.</summary>
    ValueNotArray,
    /// <summary>Rows of a subscription nobody asked for.</summary>
    WrongSubscriptionId,
    /// <summary>The caller's own grant is missing from the list.</summary>
    OwnRowMissing,
    /// <summary>Date is seventeen minutes ahead.</summary>
    ClockSkewed,
    /// <summary>Date says nothing.</summary>
    MissingDate,
    /// <summary>A redirect to another host.</summary>
    Redirect,
    /// <summary>AADSTS90033, which passes.</summary>
    TransientSignIn,
}
