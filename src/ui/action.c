#include "config.h"

#include "ui/action.h"

#define NEEDS_ONE ACTION_NEEDS_CONNECTION

/* clang-format off */
static const ActionInfo actions[ACTION_COUNT] = {
    [ACTION_NONE] = {ACTION_NONE, "none", "", "", "", 0},

    [ACTION_QUIT] = {ACTION_QUIT, "quit", "quit",
                     "close what is on top; at the bottom leave (asks while connected)",
                     "Everywhere", 0},
    [ACTION_QUIT_NOW] = {ACTION_QUIT_NOW, "quit-now", "leave", "leave at once, from anywhere",
                         "Everywhere", 0},
    [ACTION_HELP] = {ACTION_HELP, "help", "help", "show what the keys do here", "Everywhere", 0},
    [ACTION_BACK] = {ACTION_BACK, "back", "back", "close this view, cancel", "Everywhere", 0},
    [ACTION_NEXT_PANE] = {ACTION_NEXT_PANE, "next-pane", "pane", "go to the next pane",
                          "Everywhere", 0},
    [ACTION_PREVIOUS_PANE] = {ACTION_PREVIOUS_PANE, "previous-pane", "pane back",
                              "go to the pane before", "Everywhere", 0},
    [ACTION_PANE_CONNECTIONS] = {ACTION_PANE_CONNECTIONS, "connections", "connections",
                                 "go to the connections", "Everywhere", 0},
    [ACTION_PANE_CERTIFICATES] = {ACTION_PANE_CERTIFICATES, "certificates", "certificates",
                                  "go to the certificates", "Everywhere", 0},
    [ACTION_PANE_MESSAGES] = {ACTION_PANE_MESSAGES, "messages", "messages", "go to the messages",
                              "Everywhere", 0},
    [ACTION_PANE_TIMELINE] = {ACTION_PANE_TIMELINE, "timeline", "timeline", "go to the timeline",
                              "Everywhere", 0},
    [ACTION_ZOOM] = {ACTION_ZOOM, "zoom", "zoom", "show one pane alone, or all again",
                     "Everywhere", 0},
    [ACTION_REDRAW] = {ACTION_REDRAW, "redraw", "redraw", "draw the whole screen anew",
                       "Everywhere", 0},
    [ACTION_SUSPEND] = {ACTION_SUSPEND, "suspend", "suspend", "suspend; the shell's fg goes on",
                        "Everywhere", 0},

    [ACTION_UP] = {ACTION_UP, "up", "up", "a line up, or a field", "Moving", 0},
    [ACTION_DOWN] = {ACTION_DOWN, "down", "down", "a line down, or a field",
                     "Moving", 0},
    [ACTION_LEFT] = {ACTION_LEFT, "left", "left", "to the left", "Moving", 0},
    [ACTION_RIGHT] = {ACTION_RIGHT, "right", "right", "to the right", "Moving", 0},
    [ACTION_PAGE_UP] = {ACTION_PAGE_UP, "page-up", "page up", "a page up", "Moving", 0},
    [ACTION_PAGE_DOWN] = {ACTION_PAGE_DOWN, "page-down", "page down", "a page down", "Moving", 0},
    [ACTION_HALF_PAGE_UP] = {ACTION_HALF_PAGE_UP, "half-page-up", "half up", "half a page up",
                             "Moving", 0},
    [ACTION_HALF_PAGE_DOWN] = {ACTION_HALF_PAGE_DOWN, "half-page-down", "half down",
                               "half a page down", "Moving", 0},
    [ACTION_FIRST] = {ACTION_FIRST, "first", "first", "to the first line", "Moving", 0},
    [ACTION_LAST] = {ACTION_LAST, "last", "last", "to the last line", "Moving", 0},
    [ACTION_OPEN] = {ACTION_OPEN, "open", "open", "open what is selected; in a form: go on",
                     "Moving",
                     0},

    [ACTION_CONNECT] = {ACTION_CONNECT, "connect", "connect", "connect", "Connections", NEEDS_ONE},
    [ACTION_DISCONNECT] = {ACTION_DISCONNECT, "disconnect", "disconnect",
                           "disconnect, or stop trying", "Connections", NEEDS_ONE},
    [ACTION_NEW] = {ACTION_NEW, "new", "new", "describe a new connection", "Connections", 0},
    [ACTION_EDIT] = {ACTION_EDIT, "edit", "edit", "edit the connection", "Connections", NEEDS_ONE},
    [ACTION_DUPLICATE] = {ACTION_DUPLICATE, "duplicate", "duplicate",
                          "a new connection out of this one", "Connections", NEEDS_ONE},
    [ACTION_DELETE] = {ACTION_DELETE, "delete", "delete", "delete the connection and its file",
                       "Connections", NEEDS_ONE | ACTION_DANGEROUS},

    [ACTION_MEND] = {ACTION_MEND, "mend", "mend",
                     "go to the field that mends the finding (the worst one, if none is selected)",
                     "Connections", NEEDS_ONE},

    [ACTION_FOLLOW] = {ACTION_FOLLOW, "follow", "follow", "follow what is newest, or stop",
                       "Messages", NEEDS_ONE},
    [ACTION_CLEAR] = {ACTION_CLEAR, "clear", "clear", "forget all messages of this connection",
                      "Messages", NEEDS_ONE | ACTION_DANGEROUS},
    [ACTION_PUBLISH] = {ACTION_PUBLISH, "publish", "publish", "publish a message", "Messages",
                        NEEDS_ONE | ACTION_NEEDS_ONLINE},
    [ACTION_SUBSCRIBE] = {ACTION_SUBSCRIBE, "subscribe", "subscribe", "subscribe to a topic filter",
                          "Messages", NEEDS_ONE},
    [ACTION_UNSUBSCRIBE] = {ACTION_UNSUBSCRIBE, "unsubscribe", "unsubscribe",
                            "end a subscription", "Messages", NEEDS_ONE},
    [ACTION_VIEW_TEXT] = {ACTION_VIEW_TEXT, "view-text", "text", "show the payload as text",
                          "Messages", 0},
    [ACTION_VIEW_HEX] = {ACTION_VIEW_HEX, "view-hex", "hex", "show the payload's bytes",
                         "Messages", 0},
    [ACTION_WRAP] = {ACTION_WRAP, "wrap", "wrap", "break long lines, or do not", "Messages", 0},
    [ACTION_NEXT_MESSAGE] = {ACTION_NEXT_MESSAGE, "next-message", "next", "the next message",
                             "Messages", 0},
    [ACTION_PREVIOUS_MESSAGE] = {ACTION_PREVIOUS_MESSAGE, "previous-message", "previous",
                                 "the message before", "Messages", 0},

    [ACTION_VIEW_FIELDS] = {ACTION_VIEW_FIELDS, "view-fields", "fields",
                            "show every field of the certificate", "Certificates", 0},
    [ACTION_VIEW_PEM] = {ACTION_VIEW_PEM, "view-pem", "PEM", "show the certificate as PEM",
                         "Certificates", 0},
    [ACTION_SAVE_PEM] = {ACTION_SAVE_PEM, "save-pem", "save", "write the certificate to a file",
                         "Certificates", 0},
    [ACTION_VIEW_VALIDITY] = {ACTION_VIEW_VALIDITY, "view-validity", "validity",
                              "how long all certificates and the path are valid",
                              "Certificates", NEEDS_ONE},

    [ACTION_NEXT_FIELD] = {ACTION_NEXT_FIELD, "next-field", "next field",
                           "complete the path, else to the next field",
                           "Forms", 0},
    [ACTION_PREVIOUS_FIELD] = {ACTION_PREVIOUS_FIELD, "previous-field", "field before",
                               "to the field before", "Forms", 0},
    [ACTION_SAVE] = {ACTION_SAVE, "save", "save", "save, send, do what the form is for", "Forms",
                     0},
    [ACTION_TOGGLE] = {ACTION_TOGGLE, "toggle", "toggle",
                       "tick the box or take the next choice (so does Space)", "Forms", 0},
    [ACTION_COMPLETE] = {ACTION_COMPLETE, "complete", "complete",
                         "complete the path, or list the folder", "Forms", 0},
    [ACTION_REVEAL] = {ACTION_REVEAL, "reveal", "reveal", "show or hide the password", "Forms", 0},
    [ACTION_SAVE_CONNECT] = {ACTION_SAVE_CONNECT, "save-connect", "save and connect",
                             "save the connection and connect it", "Forms", 0},
    [ACTION_TEST] = {ACTION_TEST, "test", "test",
                     "try the connection as it stands here, without saving it", "Forms", 0},
};
/* clang-format on */

const ActionInfo *
action_info(Action action)
{
  g_return_val_if_fail(action >= ACTION_NONE && action < ACTION_COUNT, &actions[ACTION_NONE]);
  return &actions[action];
}
