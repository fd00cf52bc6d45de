-- Spreadsheets: components of the systems, applied; a list of datasets, tried and not applied.
INSERT INTO act (day, person, statement) VALUES
    (44, 'otto', $$SELECT aims.import_csv('component', convert_to(E'system,component,kind,title,version,vendor\nct-stroke,node,compute,Server in radiology,2,clearsight\nmammo-cad,node,compute,Server in radiology,2,clearsight\ndeterioration,index,service,Service in the record,3.1,meridian\npath-grade,scanner,interface,Slide scanner,8,pathlens\nbed-forecast,feed,pipeline,Admissions of the night,1,bedflow\nclaims-coder,service,service,Coding service,7.0,meridian\n', 'UTF8'), 'components.csv')$$),
    (45, 'otto', $$SELECT aims.import_apply(max(import_batch_id)) FROM aims.import_batch$$),
    (415, 'priya', $$SELECT aims.import_csv('dataset', convert_to(E'dataset;system;title;purpose;provenance;quality\nsepsis-north;sepsis-watch;Patients of North;training;Warehouse;Units unknown\nstroke-2019;ct-strokes;Old scans;test;PACS;unknown\n', 'UTF8'), 'datasets.csv', ';')$$),
    (416, 'priya', $$UPDATE aims.import_batch SET status = 'withdrawn' WHERE file_name = 'datasets.csv'$$);
