"""The tables of the house

Revision 0001, after .
"""

import sqlalchemy as sa
from alembic import op

from maps import stores


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('area_hold',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kinds', sa.JSON(), nullable=False),
    sa.Column('reason_en', sa.String(length=200), nullable=False),
    sa.Column('reason_es', sa.String(length=200), nullable=False),
    sa.Column('min_lon', sa.Double(), nullable=False),
    sa.Column('min_lat', sa.Double(), nullable=False),
    sa.Column('max_lon', sa.Double(), nullable=False),
    sa.Column('max_lat', sa.Double(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_area_hold'))
    )
    op.create_table('attachment',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('bytes', sa.Integer(), nullable=False),
    sa.Column('media_type', sa.String(length=60), nullable=False),
    sa.Column('stored_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_attachment'))
    )
    op.create_table('command',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('input', sa.JSON(), nullable=False),
    sa.Column('first_seq', sa.BigInteger(), nullable=True),
    sa.Column('last_seq', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_command'))
    )
    op.create_table('crew',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_sign', sa.String(length=40), nullable=False),
    sa.Column('letter', sa.String(length=2), nullable=False),
    sa.Column('vehicle', sa.String(length=60), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crew')),
    sa.UniqueConstraint('call_sign', name=op.f('uq_crew_call_sign'))
    )
    op.create_table('customer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('phones', sa.JSON(), nullable=False),
    sa.Column('email', sa.String(length=200), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('ok_to_text', sa.Boolean(), nullable=False),
    sa.Column('low_income', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer'))
    )
    op.create_table('day_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('progress', sa.Double(), nullable=False),
    sa.Column('seconds_allowed', sa.Integer(), nullable=False),
    sa.Column('requested_by', sa.String(length=80), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('inputs_hash', sa.String(length=64), nullable=True),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('iterations', sa.Integer(), nullable=True),
    sa.Column('seconds', sa.Double(), nullable=True),
    sa.Column('travel_s', sa.Integer(), nullable=True),
    sa.Column('orders', sa.Integer(), nullable=False),
    sa.Column('planned', sa.Integer(), nullable=False),
    sa.Column('crews', sa.Integer(), nullable=False),
    sa.Column('error_en', sa.Text(), nullable=True),
    sa.Column('error_es', sa.Text(), nullable=True),
    sa.CheckConstraint("status IN ('queued','reading','travel','solving','saving','draft','published','failed','superseded')", name=op.f('ck_day_plan_status')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_day_plan'))
    )
    with op.batch_alter_table('day_plan', schema=None) as batch_op:
        batch_op.create_index('ix_day_plan_on_day', ['on_day'], unique=False)

    op.create_table('device_log',
    sa.Column('device_id', sa.String(length=36), nullable=False),
    sa.Column('receipts', sa.Integer(), nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.Column('chain', sa.String(length=64), nullable=False),
    sa.Column('not_sent', sa.Integer(), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('device_id', name=op.f('pk_device_log'))
    )
    op.create_table('field_receipt',
    sa.Column('device_id', sa.String(length=36), nullable=False),
    sa.Column('receipt', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('op_key', sa.String(length=140), nullable=False),
    sa.Column('op_id', sa.String(length=60), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('answer', sa.String(length=10), nullable=False),
    sa.Column('chain', sa.String(length=64), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('device_id', 'receipt', name=op.f('pk_field_receipt')),
    sa.UniqueConstraint('op_key', name=op.f('uq_field_receipt_op_key'))
    )
    op.create_table('held_operation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('op_key', sa.String(length=140), nullable=False),
    sa.Column('op_id', sa.String(length=60), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=True),
    sa.Column('device_id', sa.String(length=36), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('reason_en', sa.Text(), nullable=False),
    sa.Column('reason_es', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(length=80), nullable=True),
    sa.Column('decision', sa.String(length=12), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_held_operation')),
    sa.UniqueConstraint('op_key', name=op.f('uq_held_operation_op_key'))
    )
    with op.batch_alter_table('held_operation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_held_operation_op_id'), ['op_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_held_operation_order_id'), ['order_id'], unique=False)

    op.create_table('journal_counter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_journal_counter_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_counter'))
    )
    op.create_table('journal_cursor',
    sa.Column('reader', sa.String(length=40), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('reader', name=op.f('pk_journal_cursor'))
    )
    op.create_table('journal_entry',
    sa.Column('seq', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('crew_id', sa.Integer(), nullable=True),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_journal_entry'))
    )
    with op.batch_alter_table('journal_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_journal_entry_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_journal_entry_at'), ['at'], unique=False)
        batch_op.create_index('ix_journal_entry_crew_id_seq', ['crew_id', 'seq'], unique=False)
        batch_op.create_index(batch_op.f('ix_journal_entry_order_id'), ['order_id'], unique=False)

    op.create_table('map_district',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('time_zone', sa.String(length=64), nullable=False),
    sa.Column('apn_format', sa.String(length=40), nullable=False),
    sa.Column('min_lon', sa.Double(), nullable=True),
    sa.Column('min_lat', sa.Double(), nullable=True),
    sa.Column('max_lon', sa.Double(), nullable=True),
    sa.Column('max_lat', sa.Double(), nullable=True),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_district')),
    sa.UniqueConstraint('code', name=op.f('uq_map_district_code'))
    )
    op.create_table('order_number',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_order_number_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_number'))
    )
    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('login', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=True),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.CheckConstraint("language IN ('en','es')", name=op.f('ck_person_language')),
    sa.CheckConstraint("role IN ('csr','csr_senior','dispatcher','field_tech','crew_lead','supervisor','cashier','auditor','admin')", name=op.f('ck_person_role')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('login', name=op.f('uq_person_login'))
    )
    op.create_table('search_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word', sa.String(length=120).with_variant(sa.String(length=120, collation='C'), 'postgresql'), nullable=False),
    sa.Column('length', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_word')),
    sa.UniqueConstraint('word', name=op.f('uq_search_word_word'))
    )
    with op.batch_alter_table('search_word', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_word_length'), ['length'], unique=False)

    op.create_table('auth_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('csrf_token', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_auth_session_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_auth_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_auth_session_token_hash'))
    )
    with op.batch_alter_table('auth_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_auth_session_person_id'), ['person_id'], unique=False)

    op.create_table('device',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('code_secret', sa.String(length=64), nullable=False),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_device_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_device_token_hash'))
    )
    with op.batch_alter_table('device', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_device_person_id'), ['person_id'], unique=False)

    op.create_table('field_operation',
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('device_id', sa.String(length=36), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('after', sa.String(length=36), nullable=True),
    sa.Column('order_id', sa.Integer(), nullable=True),
    sa.Column('visit_id', sa.String(length=36), nullable=True),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('base_version', sa.Integer(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('elapsed_ms', sa.Integer(), nullable=True),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('body_sha256', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(length=10), nullable=False),
    sa.Column('reason_en', sa.Text(), nullable=True),
    sa.Column('reason_es', sa.Text(), nullable=True),
    sa.Column('order_version', sa.Integer(), nullable=True),
    sa.CheckConstraint("answer IN ('applied','held','waiting','malformed')", name=op.f('ck_field_operation_answer')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_field_operation_person_id_person')),
    sa.PrimaryKeyConstraint('op_id', name=op.f('pk_field_operation')),
    sa.UniqueConstraint('device_id', 'seq', name=op.f('uq_field_operation_device_id_seq'))
    )
    with op.batch_alter_table('field_operation', schema=None) as batch_op:
        batch_op.create_index('ix_field_operation_after', ['after'], unique=False)
        batch_op.create_index(batch_op.f('ix_field_operation_order_id'), ['order_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_field_operation_visit_id'), ['visit_id'], unique=False)

    op.create_table('last_position',
    sa.Column('crew_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('accuracy_m', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['crew_id'], ['crew.id'], name=op.f('fk_last_position_crew_id_crew')),
    sa.PrimaryKeyConstraint('crew_id', name=op.f('pk_last_position'))
    )
    op.create_table('map_hydrant',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('hydrant_no', sa.String(length=40), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('colour', sa.String(length=40), nullable=True),
    sa.Column('flow_gpm', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_map_hydrant_district_id_map_district')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_hydrant')),
    sa.UniqueConstraint('district_id', 'hydrant_no', name=op.f('uq_map_hydrant_district_id_hydrant_no'))
    )
    op.create_table('map_import',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('layer', sa.String(length=40), nullable=False),
    sa.Column('file', sa.String(length=400), nullable=False),
    sa.Column('file_sha256', sa.String(length=64), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rows_read', sa.Integer(), nullable=False),
    sa.Column('rows_kept', sa.Integer(), nullable=False),
    sa.Column('rows_repaired', sa.Integer(), nullable=False),
    sa.Column('rows_rejected', sa.Integer(), nullable=False),
    sa.Column('retired', sa.Integer(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_map_import_district_id_map_district')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_import'))
    )
    with op.batch_alter_table('map_import', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_map_import_district_id'), ['district_id'], unique=False)

    op.create_table('map_intersection',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('node', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=240), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_map_intersection_district_id_map_district')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_intersection')),
    sa.UniqueConstraint('district_id', 'node', name=op.f('uq_map_intersection_district_id_node'))
    )
    with op.batch_alter_table('map_intersection', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_map_intersection_name'), ['name'], unique=False)

    op.create_table('map_main',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('diameter_in', sa.Double(), nullable=True),
    sa.Column('material', sa.String(length=40), nullable=True),
    sa.Column('installed_year', sa.Integer(), nullable=True),
    sa.Column('shape', sa.LargeBinary(), nullable=False),
    sa.Column('min_lon', sa.Double(), nullable=False),
    sa.Column('min_lat', sa.Double(), nullable=False),
    sa.Column('max_lon', sa.Double(), nullable=False),
    sa.Column('max_lat', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_map_main_district_id_map_district')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_main'))
    )
    with op.batch_alter_table('map_main', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_map_main_district_id'), ['district_id'], unique=False)

    op.create_table('map_parcel',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('number_key', sa.String(length=60), nullable=False),
    sa.Column('number_canonical', sa.String(length=60), nullable=False),
    sa.Column('area_m2', sa.Double(), nullable=False),
    sa.Column('situs_address', sa.String(length=200), nullable=True),
    sa.Column('use_text', sa.String(length=200), nullable=True),
    sa.Column('retired_on', sa.Date(), nullable=True),
    sa.Column('source_row', sa.Integer(), nullable=False),
    sa.Column('shape', sa.LargeBinary(), nullable=False),
    sa.Column('min_lon', sa.Double(), nullable=False),
    sa.Column('min_lat', sa.Double(), nullable=False),
    sa.Column('max_lon', sa.Double(), nullable=False),
    sa.Column('max_lat', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_map_parcel_district_id_map_district')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_parcel')),
    sa.UniqueConstraint('district_id', 'number_canonical', name=op.f('uq_map_parcel_district_id_number_canonical'))
    )
    with op.batch_alter_table('map_parcel', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_map_parcel_district_id_number_key'), ['district_id', 'number_key'], unique=False)

    op.create_table('map_street',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('street_class', sa.String(length=10), nullable=False),
    sa.Column('from_node', sa.Integer(), nullable=True),
    sa.Column('to_node', sa.Integer(), nullable=True),
    sa.Column('oneway', sa.Integer(), nullable=False),
    sa.Column('speed_kmh', sa.Double(), nullable=False),
    sa.Column('left_from', sa.Integer(), nullable=True),
    sa.Column('left_to', sa.Integer(), nullable=True),
    sa.Column('right_from', sa.Integer(), nullable=True),
    sa.Column('right_to', sa.Integer(), nullable=True),
    sa.Column('signal', sa.Boolean(), nullable=False),
    sa.Column('shape', sa.LargeBinary(), nullable=False),
    sa.Column('min_lon', sa.Double(), nullable=False),
    sa.Column('min_lat', sa.Double(), nullable=False),
    sa.Column('max_lon', sa.Double(), nullable=False),
    sa.Column('max_lat', sa.Double(), nullable=False),
    sa.CheckConstraint("street_class IN ('arterial', 'collector', 'local', 'alley', 'ramp')", name=op.f('ck_map_street_street_class')),
    sa.CheckConstraint('oneway IN (-1, 0, 1)', name=op.f('ck_map_street_oneway')),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_map_street_district_id_map_district')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_street'))
    )
    with op.batch_alter_table('map_street', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_map_street_district_id_name'), ['district_id', 'name'], unique=False)

    op.create_table('map_tract',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('tract_no', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('map_book', sa.String(length=20), nullable=True),
    sa.Column('map_page', sa.String(length=40), nullable=True),
    sa.Column('recorded_on', sa.Date(), nullable=True),
    sa.Column('shape', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_map_tract_district_id_map_district')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_tract')),
    sa.UniqueConstraint('district_id', 'tract_no', 'map_book', 'map_page', name=op.f('uq_map_tract_district_id_tract_no_map_book_map_page'))
    )
    with op.batch_alter_table('map_tract', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_map_tract_tract_no'), ['tract_no'], unique=False)

    op.create_table('route',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('crew_id', sa.Integer(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lunch_from_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lunch_to_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finish_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('travel_s', sa.Integer(), nullable=False),
    sa.Column('changes_used', sa.Integer(), nullable=False),
    sa.Column('line', sa.JSON(), nullable=False),
    sa.CheckConstraint("status IN ('draft','published','superseded')", name=op.f('ck_route_status')),
    sa.ForeignKeyConstraint(['crew_id'], ['crew.id'], name=op.f('fk_route_crew_id_crew')),
    sa.ForeignKeyConstraint(['plan_id'], ['day_plan.id'], name=op.f('fk_route_plan_id_day_plan')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_route')),
    sa.UniqueConstraint('plan_id', 'crew_id', name=op.f('uq_route_plan_id_crew_id'))
    )
    with op.batch_alter_table('route', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_route_crew_id'), ['crew_id'], unique=False)
        batch_op.create_index('ix_route_on_day', ['on_day'], unique=False)

    op.create_table('route_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('crew_id', sa.Integer(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=80), nullable=False),
    sa.Column('text_en', sa.String(length=200), nullable=False),
    sa.Column('text_es', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['crew_id'], ['crew.id'], name=op.f('fk_route_change_crew_id_crew')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_route_change'))
    )
    with op.batch_alter_table('route_change', schema=None) as batch_op:
        batch_op.create_index('ix_route_change_crew_id_on_day', ['crew_id', 'on_day'], unique=False)

    op.create_table('search_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('label', sa.String(length=300), nullable=False),
    sa.Column('detail', sa.String(length=300), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('keys', sa.Text(), nullable=False),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('weight', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_search_entry_district_id_map_district')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_entry')),
    sa.UniqueConstraint('kind', 'ref', 'label', name=op.f('uq_search_entry_kind_ref_label'))
    )
    with op.batch_alter_table('search_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_entry_district_id'), ['district_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_search_entry_ref'), ['ref'], unique=False)

    op.create_table('shift',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('crew_id', sa.Integer(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('start_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('end_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lunch_from_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lunch_to_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lunch_s', sa.Integer(), nullable=False),
    sa.Column('checked_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['crew_id'], ['crew.id'], name=op.f('fk_shift_crew_id_crew')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift')),
    sa.UniqueConstraint('crew_id', 'on_day', name=op.f('uq_shift_crew_id_on_day'))
    )
    with op.batch_alter_table('shift', schema=None) as batch_op:
        batch_op.create_index('ix_shift_on_day', ['on_day'], unique=False)

    op.create_table('technician',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('skills', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_technician_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_technician')),
    sa.UniqueConstraint('person_id', name=op.f('uq_technician_person_id'))
    )
    op.create_table('trail_point',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('crew_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('accuracy_m', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['crew_id'], ['crew.id'], name=op.f('fk_trail_point_crew_id_crew')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trail_point')),
    sa.UniqueConstraint('crew_id', 'at', name=op.f('uq_trail_point_crew_id_at'))
    )
    with op.batch_alter_table('trail_point', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trail_point_at'), ['at'], unique=False)

    op.create_table('utility',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('pack', sa.String(length=60), nullable=False),
    sa.Column('time_zone', sa.String(length=60), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=True),
    sa.Column('office_phone', sa.String(length=40), nullable=False),
    sa.Column('closed_days', sa.JSON(), nullable=False),
    sa.Column('half_days', sa.JSON(), nullable=False),
    sa.Column('last_shutoff', sa.String(length=5), nullable=False),
    sa.Column('plan_time', sa.String(length=5), nullable=False),
    sa.Column('clearance_minutes', sa.Integer(), nullable=False),
    sa.Column('clearance_key_pem', sa.Text(), nullable=False),
    sa.Column('yard_lon', sa.Double(), nullable=False),
    sa.Column('yard_lat', sa.Double(), nullable=False),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.Column('demo_on', sa.Date(), nullable=True),
    sa.Column('changes_a_day', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_utility_one_row')),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_utility_district_id_map_district')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_utility'))
    )
    op.create_table('map_address',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('parcel_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.String(length=20), nullable=True),
    sa.Column('number_suffix', sa.String(length=10), nullable=True),
    sa.Column('street', sa.String(length=120), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=True),
    sa.Column('full_text', sa.String(length=240), nullable=False),
    sa.Column('city', sa.String(length=80), nullable=True),
    sa.Column('zip', sa.String(length=10), nullable=True),
    sa.Column('place_name', sa.Text(), nullable=True),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_map_address_district_id_map_district')),
    sa.ForeignKeyConstraint(['parcel_id'], ['map_parcel.id'], name=op.f('fk_map_address_parcel_id_map_parcel')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_address')),
    sa.UniqueConstraint('district_id', 'full_text', 'parcel_id', name=op.f('uq_map_address_district_id_full_text_parcel_id'))
    )
    with op.batch_alter_table('map_address', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_map_address_parcel_id'), ['parcel_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_map_address_street'), ['street'], unique=False)

    op.create_table('map_lot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tract_id', sa.Integer(), nullable=False),
    sa.Column('lot', sa.String(length=20), nullable=False),
    sa.Column('block', sa.String(length=20), nullable=True),
    sa.Column('parcel_id', sa.Integer(), nullable=True),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('shape', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['parcel_id'], ['map_parcel.id'], name=op.f('fk_map_lot_parcel_id_map_parcel')),
    sa.ForeignKeyConstraint(['tract_id'], ['map_tract.id'], name=op.f('fk_map_lot_tract_id_map_tract')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_lot')),
    sa.UniqueConstraint('tract_id', 'block', 'lot', name=op.f('uq_map_lot_tract_id_block_lot'))
    )
    with op.batch_alter_table('map_lot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_map_lot_parcel_id'), ['parcel_id'], unique=False)

    op.create_table('map_parcel_lineage',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('old_number', sa.String(length=60), nullable=False),
    sa.Column('old_number_key', sa.String(length=60), nullable=False),
    sa.Column('parcel_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('since_on', sa.Date(), nullable=True),
    sa.CheckConstraint("kind IN ('split', 'merge', 'renumber')", name=op.f('ck_map_parcel_lineage_kind')),
    sa.ForeignKeyConstraint(['parcel_id'], ['map_parcel.id'], name=op.f('fk_map_parcel_lineage_parcel_id_map_parcel')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_parcel_lineage')),
    sa.UniqueConstraint('old_number_key', 'parcel_id', name=op.f('uq_map_parcel_lineage_old_number_key_parcel_id'))
    )
    with op.batch_alter_table('map_parcel_lineage', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_map_parcel_lineage_parcel_id'), ['parcel_id'], unique=False)

    op.create_table('map_rejected_row',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=True),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=60), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.CheckConstraint("outcome IN ('rejected', 'repaired')", name=op.f('ck_map_rejected_row_outcome')),
    sa.ForeignKeyConstraint(['import_id'], ['map_import.id'], name=op.f('fk_map_rejected_row_import_id_map_import')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_rejected_row'))
    )
    with op.batch_alter_table('map_rejected_row', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_map_rejected_row_import_id'), ['import_id'], unique=False)

    op.create_table('map_sheet',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('tract_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('file', sa.String(length=400), nullable=True),
    sa.Column('width_px', sa.Integer(), nullable=True),
    sa.Column('height_px', sa.Integer(), nullable=True),
    sa.Column('corners', sa.JSON(), nullable=True),
    sa.Column('shape', sa.LargeBinary(), nullable=False),
    sa.Column('min_lon', sa.Double(), nullable=False),
    sa.Column('min_lat', sa.Double(), nullable=False),
    sa.Column('max_lon', sa.Double(), nullable=False),
    sa.Column('max_lat', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_map_sheet_district_id_map_district')),
    sa.ForeignKeyConstraint(['tract_id'], ['map_tract.id'], name=op.f('fk_map_sheet_tract_id_map_tract')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_sheet')),
    sa.UniqueConstraint('district_id', 'name', name=op.f('uq_map_sheet_district_id_name'))
    )
    with op.batch_alter_table('map_sheet', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_map_sheet_tract_id'), ['tract_id'], unique=False)

    op.create_table('search_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120).with_variant(sa.String(length=120, collation='C'), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['search_entry.id'], name=op.f('fk_search_key_entry_id_search_entry'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_key')),
    sa.UniqueConstraint('entry_id', 'key', name=op.f('uq_search_key_entry_id_key'))
    )
    with op.batch_alter_table('search_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_key_key'), ['key'], unique=False)

    op.create_table('shift_member',
    sa.Column('shift_id', sa.Integer(), nullable=False),
    sa.Column('technician_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_shift_member_shift_id_shift')),
    sa.ForeignKeyConstraint(['technician_id'], ['technician.id'], name=op.f('fk_shift_member_technician_id_technician')),
    sa.PrimaryKeyConstraint('shift_id', 'technician_id', name=op.f('pk_shift_member'))
    )
    op.create_table('premise',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('parcel_id', sa.Integer(), nullable=True),
    sa.Column('lot_id', sa.Integer(), nullable=True),
    sa.Column('address', sa.String(length=160), nullable=False),
    sa.Column('street', sa.String(length=120), nullable=False),
    sa.Column('unit', sa.String(length=30), nullable=True),
    sa.Column('city', sa.String(length=80), nullable=False),
    sa.Column('zip', sa.String(length=10), nullable=False),
    sa.Column('zone', sa.String(length=20), nullable=False),
    sa.Column('cycle', sa.String(length=20), nullable=False),
    sa.Column('customer_class', sa.String(length=20), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('critical', sa.String(length=60), nullable=True),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_premise_district_id_map_district')),
    sa.ForeignKeyConstraint(['lot_id'], ['map_lot.id'], name=op.f('fk_premise_lot_id_map_lot')),
    sa.ForeignKeyConstraint(['parcel_id'], ['map_parcel.id'], name=op.f('fk_premise_parcel_id_map_parcel')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_premise'))
    )
    with op.batch_alter_table('premise', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_premise_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_premise_parcel_id'), ['parcel_id'], unique=False)

    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=30), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('premise_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('relation', sa.String(length=8), nullable=False),
    sa.Column('tenants_at_premise', sa.Boolean(), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('service_off_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('off_reason', sa.String(length=20), nullable=True),
    sa.CheckConstraint("relation IN ('owner','tenant')", name=op.f('ck_account_relation')),
    sa.CheckConstraint("status IN ('PENDING','ACTIVE','SOFT_CLOSED','CLOSED')", name=op.f('ck_account_status')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_account_customer_id_customer')),
    sa.ForeignKeyConstraint(['premise_id'], ['premise.id'], name=op.f('fk_account_premise_id_premise')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('number', name=op.f('uq_account_number'))
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_account_premise_id'), ['premise_id'], unique=False)

    op.create_table('hazard',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('premise_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('text_en', sa.String(length=200), nullable=False),
    sa.Column('text_es', sa.String(length=200), nullable=False),
    sa.Column('secret', sa.String(length=60), nullable=True),
    sa.Column('noted_on', sa.Date(), nullable=True),
    sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['premise_id'], ['premise.id'], name=op.f('fk_hazard_premise_id_premise')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hazard'))
    )
    with op.batch_alter_table('hazard', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hazard_premise_id'), ['premise_id'], unique=False)

    op.create_table('service_point',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('premise_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('accuracy_m', sa.Double(), nullable=False),
    sa.Column('pin_source', sa.String(length=20), nullable=False),
    sa.Column('pinned_on', sa.Date(), nullable=True),
    sa.Column('side_street', sa.String(length=120), nullable=True),
    sa.Column('position_text', sa.String(length=200), nullable=False),
    sa.Column('valve_state', sa.String(length=20), nullable=False),
    sa.Column('valve_changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("valve_state IN ('ON','OFF_LOCKED','OFF_UNLOCKED','OFF_PLUGGED','METER_PULLED','OFF_AT_MAIN','RESTRICTED','UNKNOWN')", name=op.f('ck_service_point_valve_state')),
    sa.ForeignKeyConstraint(['premise_id'], ['premise.id'], name=op.f('fk_service_point_premise_id_premise')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_point'))
    )
    with op.batch_alter_table('service_point', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_service_point_premise_id'), ['premise_id'], unique=False)

    op.create_table('account_hold',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_hold_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_hold'))
    )
    with op.batch_alter_table('account_hold', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_hold_account_id'), ['account_id'], unique=False)

    op.create_table('bill',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('mailed_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('paid_cents', sa.Integer(), nullable=False),
    sa.Column('estimated', sa.Boolean(), nullable=False),
    sa.CheckConstraint('paid_cents >= 0 AND paid_cents <= amount_cents', name=op.f('ck_bill_paid')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_bill_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bill'))
    )
    with op.batch_alter_table('bill', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bill_account_id'), ['account_id'], unique=False)

    op.create_table('charge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('event_key', sa.String(length=120), nullable=False),
    sa.Column('charged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reversed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_charge_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_charge')),
    sa.UniqueConstraint('event_key', name=op.f('uq_charge_event_key'))
    )
    with op.batch_alter_table('charge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_charge_account_id'), ['account_id'], unique=False)

    op.create_table('meter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('service_point_id', sa.Integer(), nullable=True),
    sa.Column('serial', sa.String(length=40), nullable=False),
    sa.Column('endpoint', sa.String(length=40), nullable=True),
    sa.Column('size_in', sa.String(length=12), nullable=False),
    sa.Column('make', sa.String(length=60), nullable=False),
    sa.Column('unit', sa.String(length=4), nullable=False),
    sa.Column('dials', sa.Integer(), nullable=False),
    sa.Column('decimals', sa.Integer(), nullable=False),
    sa.Column('fixed_zeros', sa.Integer(), nullable=False),
    sa.Column('multiplier', sa.String(length=12), nullable=False),
    sa.Column('installed_on', sa.Date(), nullable=False),
    sa.Column('removed_on', sa.Date(), nullable=True),
    sa.CheckConstraint("unit IN ('GAL','CF','CCF','TGAL')", name=op.f('ck_meter_unit')),
    sa.ForeignKeyConstraint(['service_point_id'], ['service_point.id'], name=op.f('fk_meter_service_point_id_service_point')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meter')),
    sa.UniqueConstraint('serial', name=op.f('uq_meter_serial'))
    )
    with op.batch_alter_table('meter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meter_endpoint'), ['endpoint'], unique=False)
        batch_op.create_index(batch_op.f('ix_meter_service_point_id'), ['service_point_id'], unique=False)

    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('method', sa.String(length=20), nullable=False),
    sa.Column('recipient', sa.String(length=40), nullable=False),
    sa.Column('served_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('returned', sa.Boolean(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_notice_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_account_id'), ['account_id'], unique=False)

    op.create_table('payment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('agent', sa.String(length=80), nullable=False),
    sa.Column('reference', sa.String(length=80), nullable=False),
    sa.CheckConstraint('amount_cents > 0', name=op.f('ck_payment_amount')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_payment_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment')),
    sa.UniqueConstraint('agent', 'reference', name=op.f('uq_payment_agent_reference'))
    )
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_account_id'), ['account_id'], unique=False)

    op.create_table('payment_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('started_on', sa.Date(), nullable=False),
    sa.Column('instalments', sa.Integer(), nullable=False),
    sa.Column('kept', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('broken_on', sa.Date(), nullable=True),
    sa.Column('final_notice_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_payment_plan_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_plan'))
    )
    with op.batch_alter_table('payment_plan', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_plan_account_id'), ['account_id'], unique=False)

    op.create_table('service_order',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=12), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('group_versions', sa.JSON(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('premise_id', sa.Integer(), nullable=True),
    sa.Column('parcel_id', sa.Integer(), nullable=True),
    sa.Column('lot_id', sa.Integer(), nullable=True),
    sa.Column('service_point_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('open_key', sa.String(length=60), nullable=True),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('contact_name', sa.String(length=200), nullable=False),
    sa.Column('contact_phone', sa.String(length=60), nullable=False),
    sa.Column('someone_home', sa.Boolean(), nullable=False),
    sa.Column('text_ahead', sa.Boolean(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('window', sa.String(length=10), nullable=False),
    sa.Column('window_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('window_to', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by', sa.String(length=80), nullable=False),
    sa.Column('verdict', sa.JSON(), nullable=True),
    sa.Column('crew_id', sa.Integer(), nullable=True),
    sa.Column('visit_id', sa.String(length=36), nullable=True),
    sa.Column('recalled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recall_en', sa.String(length=200), nullable=True),
    sa.Column('recall_es', sa.String(length=200), nullable=True),
    sa.Column('recall_acked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recall_answer', sa.String(length=20), nullable=True),
    sa.Column('paid_cents', sa.Integer(), nullable=True),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disposition', sa.String(length=30), nullable=True),
    sa.Column('end_reason', sa.Text(), nullable=False),
    sa.Column('extra', sa.JSON(), nullable=False),
    sa.CheckConstraint("state IN ('DRAFT','READY','SCHEDULED','ROUTED','DISPATCHED','EN_ROUTE','ON_SITE','COMPLETED','CGI','RECALLED','CANCELLED','ON_HOLD','RETURN_NEEDED','REVIEW','POSTED','CLOSED')", name=op.f('ck_service_order_state')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_service_order_account_id_account')),
    sa.ForeignKeyConstraint(['crew_id'], ['crew.id'], name=op.f('fk_service_order_crew_id_crew')),
    sa.ForeignKeyConstraint(['lot_id'], ['map_lot.id'], name=op.f('fk_service_order_lot_id_map_lot')),
    sa.ForeignKeyConstraint(['parcel_id'], ['map_parcel.id'], name=op.f('fk_service_order_parcel_id_map_parcel')),
    sa.ForeignKeyConstraint(['premise_id'], ['premise.id'], name=op.f('fk_service_order_premise_id_premise')),
    sa.ForeignKeyConstraint(['service_point_id'], ['service_point.id'], name=op.f('fk_service_order_service_point_id_service_point')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_order')),
    sa.UniqueConstraint('number', name=op.f('uq_service_order_number')),
    sa.UniqueConstraint('open_key', name=op.f('uq_service_order_open_key'))
    )
    with op.batch_alter_table('service_order', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_service_order_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_service_order_crew_id'), ['crew_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_service_order_kind'), ['kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_service_order_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_service_order_parcel_id'), ['parcel_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_service_order_premise_id'), ['premise_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_service_order_service_point_id'), ['service_point_id'], unique=False)
        batch_op.create_index('ix_service_order_state_due_on', ['state', 'due_on'], unique=False)

    op.create_table('clearance_issue',
    sa.Column('jti', sa.String(length=36), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.String(length=36), nullable=False),
    sa.Column('moment', sa.String(length=10), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['service_order.id'], name=op.f('fk_clearance_issue_order_id_service_order')),
    sa.PrimaryKeyConstraint('jti', name=op.f('pk_clearance_issue'))
    )
    with op.batch_alter_table('clearance_issue', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clearance_issue_order_id'), ['order_id'], unique=False)

    op.create_table('code_issue',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.String(length=36), nullable=False),
    sa.Column('challenge', sa.String(length=8), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_by', sa.String(length=80), nullable=False),
    sa.Column('used_op_id', sa.String(length=36), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['service_order.id'], name=op.f('fk_code_issue_order_id_service_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_code_issue')),
    sa.UniqueConstraint('device_id', 'order_id', 'challenge', name=op.f('uq_code_issue_device_id_order_id_challenge')),
    sa.UniqueConstraint('used_op_id', name=op.f('uq_code_issue_used_op_id'))
    )
    with op.batch_alter_table('code_issue', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_code_issue_order_id'), ['order_id'], unique=False)

    op.create_table('photo',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.String(length=36), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['service_order.id'], name=op.f('fk_photo_order_id_service_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_photo')),
    sa.UniqueConstraint('op_id', name=op.f('uq_photo_op_id'))
    )
    with op.batch_alter_table('photo', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_photo_order_id'), ['order_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_photo_sha256'), ['sha256'], unique=False)
        batch_op.create_index(batch_op.f('ix_photo_visit_id'), ['visit_id'], unique=False)

    op.create_table('reading',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meter_id', sa.Integer(), nullable=False),
    sa.Column('read_on', sa.Date(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_type', sa.String(length=1), nullable=False),
    sa.Column('digits', sa.String(length=16), nullable=False),
    sa.Column('usage_ccf', sa.String(length=24), nullable=True),
    sa.Column('qualities', sa.JSON(), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('source_key', sa.String(length=80), nullable=False),
    sa.Column('visit_id', sa.String(length=36), nullable=True),
    sa.Column('bill_cents', sa.Integer(), nullable=True),
    sa.CheckConstraint("status IN ('POSTED','REVIEW','DISCARDED')", name=op.f('ck_reading_status')),
    sa.ForeignKeyConstraint(['meter_id'], ['meter.id'], name=op.f('fk_reading_meter_id_meter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reading')),
    sa.UniqueConstraint('source_key', name=op.f('uq_reading_source_key'))
    )
    with op.batch_alter_table('reading', schema=None) as batch_op:
        batch_op.create_index('ix_reading_meter_id_read_on', ['meter_id', 'read_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_reading_visit_id'), ['visit_id'], unique=False)

    op.create_table('review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.String(length=36), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('effect', sa.JSON(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(length=80), nullable=True),
    sa.Column('decision', sa.String(length=20), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['service_order.id'], name=op.f('fk_review_order_id_service_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review')),
    sa.UniqueConstraint('visit_id', name=op.f('uq_review_visit_id'))
    )
    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_order_id'), ['order_id'], unique=False)

    op.create_table('route_stop',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('route_id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('arrive_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('start_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finish_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('locked', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['service_order.id'], name=op.f('fk_route_stop_order_id_service_order')),
    sa.ForeignKeyConstraint(['plan_id'], ['day_plan.id'], name=op.f('fk_route_stop_plan_id_day_plan')),
    sa.ForeignKeyConstraint(['route_id'], ['route.id'], name=op.f('fk_route_stop_route_id_route')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_route_stop')),
    sa.UniqueConstraint('plan_id', 'order_id', name=op.f('uq_route_stop_plan_id_order_id'))
    )
    with op.batch_alter_table('route_stop', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_route_stop_order_id'), ['order_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_route_stop_route_id'), ['route_id'], unique=False)

    op.create_table('unplanned_order',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['service_order.id'], name=op.f('fk_unplanned_order_order_id_service_order')),
    sa.ForeignKeyConstraint(['plan_id'], ['day_plan.id'], name=op.f('fk_unplanned_order_plan_id_day_plan')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unplanned_order')),
    sa.UniqueConstraint('plan_id', 'order_id', name=op.f('uq_unplanned_order_plan_id_order_id'))
    )
    with op.batch_alter_table('unplanned_order', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unplanned_order_order_id'), ['order_id'], unique=False)

    op.create_table('visit',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('crew_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('device_id', sa.String(length=36), nullable=True),
    sa.Column('en_route_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disposition', sa.String(length=30), nullable=True),
    sa.Column('valve_found', sa.String(length=20), nullable=True),
    sa.Column('valve_left', sa.String(length=20), nullable=True),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('cut', sa.String(length=12), nullable=True),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['crew_id'], ['crew.id'], name=op.f('fk_visit_crew_id_crew')),
    sa.ForeignKeyConstraint(['order_id'], ['service_order.id'], name=op.f('fk_visit_order_id_service_order')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_visit_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit'))
    )
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visit_order_id'), ['order_id'], unique=False)

    op.execute("INSERT INTO journal_counter (id, seq, hash) VALUES (1, 0, '')")
    stores.install(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_visit_order_id'))

    op.drop_table('visit')
    with op.batch_alter_table('unplanned_order', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_unplanned_order_order_id'))

    op.drop_table('unplanned_order')
    with op.batch_alter_table('route_stop', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_route_stop_route_id'))
        batch_op.drop_index(batch_op.f('ix_route_stop_order_id'))

    op.drop_table('route_stop')
    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_review_order_id'))

    op.drop_table('review')
    with op.batch_alter_table('reading', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reading_visit_id'))
        batch_op.drop_index('ix_reading_meter_id_read_on')

    op.drop_table('reading')
    with op.batch_alter_table('photo', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_photo_visit_id'))
        batch_op.drop_index(batch_op.f('ix_photo_sha256'))
        batch_op.drop_index(batch_op.f('ix_photo_order_id'))

    op.drop_table('photo')
    with op.batch_alter_table('code_issue', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_code_issue_order_id'))

    op.drop_table('code_issue')
    with op.batch_alter_table('clearance_issue', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_clearance_issue_order_id'))

    op.drop_table('clearance_issue')
    with op.batch_alter_table('service_order', schema=None) as batch_op:
        batch_op.drop_index('ix_service_order_state_due_on')
        batch_op.drop_index(batch_op.f('ix_service_order_service_point_id'))
        batch_op.drop_index(batch_op.f('ix_service_order_premise_id'))
        batch_op.drop_index(batch_op.f('ix_service_order_parcel_id'))
        batch_op.drop_index(batch_op.f('ix_service_order_lot_id'))
        batch_op.drop_index(batch_op.f('ix_service_order_kind'))
        batch_op.drop_index(batch_op.f('ix_service_order_crew_id'))
        batch_op.drop_index(batch_op.f('ix_service_order_account_id'))

    op.drop_table('service_order')
    with op.batch_alter_table('payment_plan', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payment_plan_account_id'))

    op.drop_table('payment_plan')
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payment_account_id'))

    op.drop_table('payment')
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notice_account_id'))

    op.drop_table('notice')
    with op.batch_alter_table('meter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meter_service_point_id'))
        batch_op.drop_index(batch_op.f('ix_meter_endpoint'))

    op.drop_table('meter')
    with op.batch_alter_table('charge', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_charge_account_id'))

    op.drop_table('charge')
    with op.batch_alter_table('bill', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bill_account_id'))

    op.drop_table('bill')
    with op.batch_alter_table('account_hold', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_account_hold_account_id'))

    op.drop_table('account_hold')
    with op.batch_alter_table('service_point', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_service_point_premise_id'))

    op.drop_table('service_point')
    with op.batch_alter_table('hazard', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hazard_premise_id'))

    op.drop_table('hazard')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_account_premise_id'))
        batch_op.drop_index(batch_op.f('ix_account_customer_id'))

    op.drop_table('account')
    with op.batch_alter_table('premise', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_premise_parcel_id'))
        batch_op.drop_index(batch_op.f('ix_premise_lot_id'))

    op.drop_table('premise')
    op.drop_table('shift_member')
    with op.batch_alter_table('search_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_key_key'))

    op.drop_table('search_key')
    with op.batch_alter_table('map_sheet', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_map_sheet_tract_id'))

    op.drop_table('map_sheet')
    with op.batch_alter_table('map_rejected_row', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_map_rejected_row_import_id'))

    op.drop_table('map_rejected_row')
    with op.batch_alter_table('map_parcel_lineage', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_map_parcel_lineage_parcel_id'))

    op.drop_table('map_parcel_lineage')
    with op.batch_alter_table('map_lot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_map_lot_parcel_id'))

    op.drop_table('map_lot')
    with op.batch_alter_table('map_address', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_map_address_street'))
        batch_op.drop_index(batch_op.f('ix_map_address_parcel_id'))

    op.drop_table('map_address')
    op.drop_table('utility')
    with op.batch_alter_table('trail_point', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_trail_point_at'))

    op.drop_table('trail_point')
    op.drop_table('technician')
    with op.batch_alter_table('shift', schema=None) as batch_op:
        batch_op.drop_index('ix_shift_on_day')

    op.drop_table('shift')
    with op.batch_alter_table('search_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_entry_ref'))
        batch_op.drop_index(batch_op.f('ix_search_entry_district_id'))

    op.drop_table('search_entry')
    with op.batch_alter_table('route_change', schema=None) as batch_op:
        batch_op.drop_index('ix_route_change_crew_id_on_day')

    op.drop_table('route_change')
    with op.batch_alter_table('route', schema=None) as batch_op:
        batch_op.drop_index('ix_route_on_day')
        batch_op.drop_index(batch_op.f('ix_route_crew_id'))

    op.drop_table('route')
    with op.batch_alter_table('map_tract', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_map_tract_tract_no'))

    op.drop_table('map_tract')
    with op.batch_alter_table('map_street', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_map_street_district_id_name'))

    op.drop_table('map_street')
    with op.batch_alter_table('map_parcel', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_map_parcel_district_id_number_key'))

    op.drop_table('map_parcel')
    with op.batch_alter_table('map_main', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_map_main_district_id'))

    op.drop_table('map_main')
    with op.batch_alter_table('map_intersection', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_map_intersection_name'))

    op.drop_table('map_intersection')
    with op.batch_alter_table('map_import', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_map_import_district_id'))

    op.drop_table('map_import')
    op.drop_table('map_hydrant')
    op.drop_table('last_position')
    with op.batch_alter_table('field_operation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_field_operation_visit_id'))
        batch_op.drop_index(batch_op.f('ix_field_operation_order_id'))
        batch_op.drop_index('ix_field_operation_after')

    op.drop_table('field_operation')
    with op.batch_alter_table('device', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_device_person_id'))

    op.drop_table('device')
    with op.batch_alter_table('auth_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_auth_session_person_id'))

    op.drop_table('auth_session')
    with op.batch_alter_table('search_word', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_word_length'))

    op.drop_table('search_word')
    op.drop_table('person')
    op.drop_table('order_number')
    op.drop_table('map_district')
    with op.batch_alter_table('journal_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_journal_entry_order_id'))
        batch_op.drop_index('ix_journal_entry_crew_id_seq')
        batch_op.drop_index(batch_op.f('ix_journal_entry_at'))
        batch_op.drop_index(batch_op.f('ix_journal_entry_account_id'))

    op.drop_table('journal_entry')
    op.drop_table('journal_cursor')
    op.drop_table('journal_counter')
    with op.batch_alter_table('held_operation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_held_operation_order_id'))
        batch_op.drop_index(batch_op.f('ix_held_operation_op_id'))

    op.drop_table('held_operation')
    op.drop_table('field_receipt')
    op.drop_table('device_log')
    with op.batch_alter_table('day_plan', schema=None) as batch_op:
        batch_op.drop_index('ix_day_plan_on_day')

    op.drop_table('day_plan')
    op.drop_table('customer')
    op.drop_table('crew')
    op.drop_table('command')
    op.drop_table('attachment')
    op.drop_table('area_hold')
    stores.uninstall(op.get_bind())
