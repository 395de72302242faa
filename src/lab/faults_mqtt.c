/* What the broker says once it is reached: refusals of MQTT. */
#include "config.h"

#include "lab/lab_families.h"
#include "lab/scene.h"

static void
refusing(LabScene *scene, guint8 reason)
{
  MqttScript script = MQTT_SCRIPT_GOOD;
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  script.connack = reason;
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_mqtt_peer(scene, &options, &script);
}

static void
bad_credentials(LabScene *scene)
{
  refusing(scene, 0x86);
  lab_set(&lab_profile(scene)->user_name, "plant-7");
  lab_set(&lab_profile(scene)->password, "wrong");
}

static void
anonymous(LabScene *scene)
{
  const char *client_ca = lab_write_chain(scene, "client-ca.pem", lab_pki(scene)->client_ca, NULL);
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_mosquitto(scene,
                &(LabMosquitto){.client_ca_file = client_ca, .extra = "allow_anonymous false"});
}

static const LabFault faults[] = {
    {.code = "mqtt-bad-credentials",
     .made_by = "a scripted broker that answers CONNECT with reason 0x86",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_BROKER,
     .source = FINDING_SOURCE_NONE,
     .index = -1,
     .build = bad_credentials},
    {.code = "mqtt-not-authorized",
     .made_by = "mosquitto; anonymous clients are forbidden",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_BROKER,
     .source = FINDING_SOURCE_NONE,
     .index = -1,
     .build = anonymous},
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_mqtt = {faults, missing};
