/* report/style - the style sheet of the page that report_page makes, inside <style> */
#ifndef ANT_REPORT_STYLE_H
#define ANT_REPORT_STYLE_H

/* The style sheet in two parts, to be written in this order. */
extern const char report_style_page[], report_style_charts[];

/* What a page of several organizations has behind them. */
extern const char report_style_several[];

#endif
