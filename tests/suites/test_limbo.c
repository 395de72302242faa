#include "config.h"
#include "suites/judge.h"
int main(int argc,char**argv){
  g_test_init(&argc,&argv,NULL);
  g_autoptr(GPtrArray) cases = suite_load("limbo-core.json");
  for (int r=0;r<2;r++){ int right=0,fa=0,fr=0;
  for (guint i=0;i<cases->len;i++){ SuiteCase*t=cases->pdata[i];
    gint64 t0=g_get_monotonic_time();
    g_autoptr(Verdict) v=suite_judge(t,r?VERIFY_RULES_STRICT:VERIFY_RULES_DEFAULT);
    gint64 dt=g_get_monotonic_time()-t0;
    gboolean acc=v&&v->accepted; const char*k=acc==t->expects_success?"right":acc?"FALSE-ACCEPT":"FALSE-REJECT";
    if(acc==t->expects_success)right++;else if(acc)fa++;else fr++;
    g_autofree char*text=v?suite_verdict_text(v):g_strdup_printf("unparsed %s",t->peer->error?t->peer->error:"?");
    g_print("%s %s %s exp=%d %dms %s\n", r?"STRICT":"DEFAULT", k,t->id,t->expects_success,(int)(dt/1000),text);
  } g_print("SUM %d right %d fa %d fr %d\n",r,right,fa,fr);}
  return 0; }
