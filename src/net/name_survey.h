/* All that DNS says about a broker's name: each CNAME on the way with its own TTL, the addresses,
 * who may issue certificates for it (CAA), where its MQTT over TLS is (SRV).
 *
 * net/resolve.h says where to dial; this is for people. Nothing of it is authenticated, and the
 * hosts file is not looked at. */
#pragma once

#include <glib.h>

/* What became of one kind of question. */
typedef enum {
  NAME_ANSWER_FOUND,
  NAME_ANSWER_NONE,    /* the name is there, without such a record */
  NAME_ANSWER_UNKNOWN, /* NXDOMAIN: the name, or what it leads to, is not there */
  NAME_ANSWER_FAILED,  /* the name server said so: see SurveyQuestion.failure */
  NAME_ANSWER_SILENT,  /* nothing came in time */
} NameAnswer;

typedef struct {
  NameAnswer answer;
  char *failure; /* "SERVFAIL"; or NULL */
} SurveyQuestion;

/* All strings are safe text; names as DNS has them (xn--), without a full stop at the end. */
typedef struct {
  char *name, *target;
  guint32 ttl; /* seconds, as in all that follows */
} SurveyAlias;

typedef struct {
  char *name; /* that has it: the host or an alias's target */
  char *address;
  gboolean v6;
  guint32 ttl;
} SurveyAddress;

typedef struct {
  char *tag;   /* "issue", "issuewild", "iodef", ... */
  char *value; /* cut off after SURVEY_VALUE_COLUMNS */
  gboolean critical;
  guint32 ttl;
} SurveyAuthorization;

typedef struct {
  guint16 priority, weight, port;
  char *target; /* "": there is no such service (RFC 2782) */
  guint32 ttl;
} SurveyService;

#define SURVEY_ALIASES_MAX 32
#define SURVEY_ADDRESSES_MAX 64
#define SURVEY_AUTHORIZATIONS_MAX 32
#define SURVEY_SERVICES_MAX 32
#define SURVEY_VALUE_COLUMNS 256
#define SURVEY_CLIMB_MAX 10 /* names that are asked for CAA, from the host upwards */

typedef struct {
  char *host; /* that was asked for: with the search domain that made it known */
  SurveyQuestion v4, v6, authorization, service;
  GPtrArray *aliases;        /* of SurveyAlias, from the host on */
  GPtrArray *addresses;      /* of SurveyAddress, IPv4 first, as they came */
  gboolean is_loop;          /* an alias leads back to a name before it */
  gboolean is_local;         /* localhost: nobody was asked */
  char *authorization_name;  /* that has the records: the host or a domain above it; or NULL. With
                                an answer that failed: which question */
  GPtrArray *authorizations; /* of SurveyAuthorization */
  char *service_name;        /* "_secure-mqtt._tcp.HOST" */
  GPtrArray *services;       /* of SurveyService, in the order to try (priority, then weight) */
} NameSurvey;

void name_survey_free(NameSurvey *survey);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NameSurvey, name_survey_free)

/* Borrowed: the end of the first way of aliases; the host when there is none. */
const char *name_survey_target(const NameSurvey *survey);

/* --- Taking answers in ------------------------------------------------------------------------ */

/* Each takes one DNS message, however damaged; what is in it and makes no sense is left out, what
 * is there twice is taken once. `host` as in NameSurvey. */
NameSurvey *name_survey_new(const char *host);
void name_survey_take_addresses(NameSurvey *survey, const void *bytes, gsize length);
void name_survey_take_services(NameSurvey *survey, const void *bytes, gsize length);
/* FALSE: `name` has none. */
gboolean name_survey_take_authorizations(NameSurvey *survey, const char *name, const void *bytes,
                                         gsize length);
